package dev.loramill.ingest.announce;

import dev.loramill.outbox.legacy.Outbox;
import dev.loramill.outbox.legacy.OutboxRelay;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import javax.sql.DataSource;

/** The parts that talk to Kafka for as long as the application runs. */
@ApplicationScoped
public class Relay {
    private static final int FIRST = 1;
    private static final int LAST = 5_000;

    private final OutboxRelay relay;
    private final RowPublisher publisher;
    private final Outbox outbox = new Outbox(RowPublisher.SOURCE);

    Relay(DataSource dataSource, KafkaConfig kafka) {
        this.relay = new OutboxRelay(dataSource, kafka.bootstrapServers());
        this.publisher = new RowPublisher(kafka.bootstrapServers());
    }

    void start(@Observes @Priority(FIRST) StartupEvent event) {
        relay.start();
    }

    void stop(@Observes @Priority(LAST) ShutdownEvent event) {
        relay.close();
        publisher.close();
    }

    @Produces
    Outbox outbox() {
        return outbox;
    }

    @Produces
    RowPublisher publisher() {
        return publisher;
    }

    /** Says that a transaction with events has committed. */
    public void wake() {
        relay.wake();
    }

    /**
     * Lets requests pass only while rows can be taken.
     *
     * @throws BrokerAwayException when Kafka or the database did not answer when last asked
     */
    public void requireIntake() throws BrokerAwayException {
        String fault = relay.fault().orElse(null);
        if (fault != null) {
            throw new BrokerAwayException(
                    "rows cannot be taken at the moment (%s); nothing was accepted, try again later"
                            .formatted(fault),
                    null);
        }
    }

    boolean isHealthy() {
        return relay.isHealthy();
    }

    String fault() {
        return relay.fault().orElse("none");
    }
}
