package dev.loramill.train.schedule;

import dev.loramill.events.TrainingEvent;
import dev.loramill.outbox.ConsumedEvent;
import dev.loramill.outbox.DeadLetters;
import dev.loramill.outbox.Inbox;
import dev.loramill.train.authority.Authority;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Listens to what attempts report.
 *
 * <p>Delivery: each takes effect once, its offset is stored with it; so a report that is delivered
 * again writes no second event of the job. Idempotency key: the offset, and the attempt's epoch:
 * what carries another than the job's newest is ignored. Ordering: by job. Failure: the batch is
 * tried again; what is no report, or is not signed with the secret of the workers, goes to the
 * dead-letter queue.
 */
@ApplicationScoped
class TrainingEventsListener {
    private static final String CHANNEL = "training-events";

    private final Inbox inbox;
    private final AttemptReports reports;
    private final Authority authority;

    TrainingEventsListener(Inbox inbox, AttemptReports reports, Authority authority) {
        this.inbox = inbox;
        this.reports = reports;
        this.authority = authority;
    }

    @Incoming(CHANNEL)
    @Blocking
    void consume(ConsumerRecords<String, byte[]> batch) {
        inbox.take(CHANNEL, batch, this::take);
    }

    private void take(List<ConsumedEvent> batch, DeadLetters dead) {
        for (ConsumedEvent consumed : batch) {
            if (consumed.event() instanceof TrainingEvent event) {
                Optional<String> fault = authority.faultOfWorker(consumed.record());
                if (fault.isPresent()) {
                    dead.add(consumed, "it is of no registered worker: " + fault.get());
                } else {
                    reports.take(event);
                }
            } else {
                dead.add(consumed, "this topic carries reports only");
            }
        }
    }
}
