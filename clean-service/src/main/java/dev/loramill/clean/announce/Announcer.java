package dev.loramill.clean.announce;

import dev.loramill.events.Event;
import dev.loramill.outbox.legacy.Outbox;
import dev.loramill.outbox.legacy.OutboxRelay;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Publishes events in the transactions that they announce. */
@ApplicationScoped
public class Announcer {
    /** CloudEvents source of this service's events. */
    public static final URI SOURCE = URI.create("/loramill/clean");

    private final Outbox outbox = new Outbox(SOURCE);
    private final OutboxRelay relay;

    Announcer(
            DataSource dataSource,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:19092")
                    String bootstrapServers) {
        this.relay = new OutboxRelay(dataSource, bootstrapServers);
    }

    void onStart(@Observes StartupEvent event) {
        relay.start();
    }

    void onStop(@Observes ShutdownEvent event) {
        relay.close();
    }

    /**
     * Publishes an event if and only if the transaction commits.
     *
     * @param tx connection in the midst of a transaction
     */
    public void publish(Connection tx, Event event) throws SQLException {
        outbox.publish(tx, event);
    }

    /** Says that a transaction has committed, so that its events are sent at once. */
    public void wake() {
        relay.wake();
    }

    /** What keeps events from being sent; empty when nothing does. */
    Optional<String> fault() {
        return relay.fault();
    }
}
