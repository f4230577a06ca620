package dev.loramill.train.registry;

import dev.loramill.events.ServingStatus;
import dev.loramill.outbox.ConsumedEvent;
import dev.loramill.outbox.DeadLetters;
import dev.loramill.outbox.Inbox;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Listens to what serving replicas do with adapters.
 *
 * <p>Delivery: each takes effect once, its offset is stored with it. Idempotency key: replica and
 * adapter; what is said again is no news. Ordering: by replica and adapter. Failure: the batch is
 * tried again; what is no such report goes to the dead-letter queue.
 */
@ApplicationScoped
class ServingStatusListener {
    private static final String CHANNEL = "serving-status";

    private final Inbox inbox;
    private final ServingReports reports;

    ServingStatusListener(Inbox inbox, ServingReports reports) {
        this.inbox = inbox;
        this.reports = reports;
    }

    @Incoming(CHANNEL)
    @Blocking
    void consume(ConsumerRecords<String, byte[]> batch) {
        inbox.take(CHANNEL, batch, this::take);
    }

    private void take(List<ConsumedEvent> batch, DeadLetters dead) {
        for (ConsumedEvent consumed : batch) {
            if (consumed.event() instanceof ServingStatus status) {
                reports.take(status, consumed.envelope().time());
            } else {
                dead.add(consumed, "this topic carries reports of serving replicas only");
            }
        }
    }
}
