package dev.loramill.train.preparation;

import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetDeleted;
import dev.loramill.events.DatasetEvent;
import dev.loramill.events.DatasetFrozen;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.FreezeRefused;
import dev.loramill.outbox.ConsumedEvent;
import dev.loramill.outbox.DeadLetters;
import dev.loramill.outbox.Inbox;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Listens for the answers to freeze requests.
 *
 * <p>Delivery: each takes effect once, its offset is stored with it. Idempotency key: the digest of
 * the request, and the state of the jobs that wait for it. Ordering: by dataset. Failure: the batch
 * is tried again; what is no event of a dataset goes to the dead-letter queue.
 */
@ApplicationScoped
class DatasetsListener {
    private static final String CHANNEL = "datasets";

    private final Inbox inbox;
    private final FreezeAnswers answers;

    DatasetsListener(Inbox inbox, FreezeAnswers answers) {
        this.inbox = inbox;
        this.answers = answers;
    }

    @Incoming(CHANNEL)
    @Blocking
    void consume(ConsumerRecords<String, byte[]> batch) {
        inbox.take(CHANNEL, batch, this::take);
    }

    private void take(List<ConsumedEvent> batch, DeadLetters dead) {
        for (ConsumedEvent consumed : batch) {
            if (!(consumed.event() instanceof DatasetEvent event)) {
                dead.add(consumed, "this topic carries datasets only");
                continue;
            }
            switch (event) {
                case DatasetFrozen frozen -> answers.frozen(frozen);
                case FreezeRefused refused -> answers.refused(refused);
                case DatasetOpened _, DatasetSealed _, DatasetCleaned _, DatasetDeleted _ -> {}
            }
        }
    }
}
