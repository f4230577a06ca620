package dev.loramill.ingest.upload;

import dev.loramill.http.RefusedException;
import dev.loramill.messaging.Broker;
import dev.loramill.outbox.OutboxRelay;
import jakarta.enterprise.context.ApplicationScoped;

/** Lets rows in only while they can be taken. */
@ApplicationScoped
public class IntakeGate {
    private final Broker broker;
    private final OutboxRelay relay;

    IntakeGate(Broker broker, OutboxRelay relay) {
        this.broker = broker;
        this.relay = relay;
    }

    /**
     * Lets a request pass.
     *
     * @throws RefusedException when Kafka or the database did not answer when last asked
     */
    public void requireOpen() {
        broker.fault()
                .or(relay::fault)
                .ifPresent(fault -> {
                    throw RefusedException.unavailable(
                            "rows cannot be taken at the moment (%s); nothing was accepted, try again later"
                                    .formatted(fault));
                });
    }
}
