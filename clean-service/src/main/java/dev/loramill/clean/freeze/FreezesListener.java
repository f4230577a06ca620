package dev.loramill.clean.freeze;

import dev.loramill.events.FreezeRequested;
import dev.loramill.messaging.Trace;
import dev.loramill.outbox.ConsumedEvent;
import dev.loramill.outbox.DeadLetters;
import dev.loramill.outbox.Inbox;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests to freeze datasets; keeps them only, the freezing is done beside it.
 *
 * <p>Delivery: at least once, exactly once in effect. Idempotency key: the request digest.
 * Ordering: none is needed. Failure: a batch that the database refuses is tried again; a record
 * that is no request, or not under the digest of what it asks for, goes to the dead-letter queue.
 */
@ApplicationScoped
class FreezesListener {
    private static final Logger LOG = LoggerFactory.getLogger(FreezesListener.class);
    private static final String CHANNEL = "freezes";

    private final Inbox inbox;
    private final Freezes freezes;
    private final Event<FreezesAwaited> news;

    FreezesListener(Inbox inbox, Freezes freezes, Event<FreezesAwaited> news) {
        this.inbox = inbox;
        this.freezes = freezes;
        this.news = news;
    }

    @Incoming(CHANNEL)
    @Blocking
    void consume(ConsumerRecords<String, byte[]> batch) {
        inbox.take(CHANNEL, batch, this::keep);
    }

    private void keep(List<ConsumedEvent> batch, DeadLetters deadLetters) {
        boolean isAsked = false;
        for (ConsumedEvent consumed : batch) {
            if (!(consumed.event() instanceof FreezeRequested asked)) {
                deadLetters.add(consumed, "this topic is not for such an event");
                continue;
            }
            String digest = asked.request().digest(asked.datasetId());
            if (!digest.equals(asked.requestDigest())) {
                deadLetters.add(
                        consumed,
                        "requestDigest must be %s, the digest of dataset and request, got %s"
                                .formatted(digest, asked.requestDigest()));
                continue;
            }
            Trace.in(consumed.traceParent(), () -> keep(asked));
            isAsked = true;
        }
        if (isAsked) {
            news.fire(new FreezesAwaited());
        }
    }

    private void keep(FreezeRequested asked) {
        if (freezes.keepAwaited(asked.datasetId(), asked.request())) {
            LOG.atInfo()
                    .addKeyValue("jobId", asked.jobId())
                    .addKeyValue("datasetId", asked.datasetId())
                    .addKeyValue("requestDigest", asked.requestDigest())
                    .log("A dataset is to be frozen");
        }
    }
}
