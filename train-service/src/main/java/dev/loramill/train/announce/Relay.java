package dev.loramill.train.announce;

import dev.loramill.outbox.legacy.Outbox;
import dev.loramill.outbox.legacy.OutboxRelay;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import java.net.URI;
import java.util.Optional;
import javax.sql.DataSource;

/** Sends what the outbox holds for as long as the application runs. */
@ApplicationScoped
public class Relay {
    private static final URI SOURCE = URI.create("/loramill/train");
    private static final int FIRST = 1;
    private static final int LAST = 5_000;

    private final OutboxRelay relay;
    private final Outbox outbox = new Outbox(SOURCE);

    Relay(DataSource dataSource, KafkaConfig kafka) {
        this.relay = new OutboxRelay(dataSource, kafka.bootstrapServers());
    }

    void start(@Observes @Priority(FIRST) StartupEvent event) {
        relay.start();
    }

    void stop(@Observes @Priority(LAST) ShutdownEvent event) {
        relay.close();
    }

    @Produces
    Outbox outbox() {
        return outbox;
    }

    /** Says that a transaction with events has committed. */
    public void wake() {
        relay.wake();
    }

    /** What keeps events from being sent; empty when nothing does. */
    public Optional<String> fault() {
        return relay.fault();
    }
}
