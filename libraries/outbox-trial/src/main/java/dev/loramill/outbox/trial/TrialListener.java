package dev.loramill.outbox.trial;

import dev.loramill.outbox.EventHandler;
import dev.loramill.outbox.Inbox;
import dev.loramill.outbox.RecordHandler;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jspecify.annotations.Nullable;

/** Listens to records and events; what they do can be put in their place by tests. */
@ApplicationScoped
class TrialListener {
    private final Inbox inbox;
    private final TrialEffects effects;
    private final Holding holding;
    private final AtomicReference<@Nullable RecordHandler> recordHandler = new AtomicReference<>();
    private final AtomicReference<EventHandler> eventHandler =
            new AtomicReference<>((batch, deadLetters) -> {});

    TrialListener(Inbox inbox, TrialEffects effects, Holding holding) {
        this.inbox = inbox;
        this.effects = effects;
        this.holding = holding;
    }

    @Incoming("trial")
    @Blocking
    void records(ConsumerRecords<String, byte[]> batch) {
        holding.batchCame(batch.count());
        inbox.takeRecords(
                "trial",
                batch,
                (records, deadLetters) -> {
                    RecordHandler handler = recordHandler.get();
                    (handler == null ? effects : handler).handle(records, deadLetters);
                });
    }

    @Incoming("trial-events")
    @Blocking
    void events(ConsumerRecords<String, byte[]> batch) {
        inbox.take(
                "trial-events",
                batch,
                (events, deadLetters) -> eventHandler.get().handle(events, deadLetters));
    }

    /** Puts something in the place of the effect on records; null for the effect itself. */
    void onRecords(@Nullable RecordHandler handler) {
        recordHandler.set(handler);
    }

    /** Says what events do. */
    void onEvents(EventHandler handler) {
        eventHandler.set(handler);
    }
}
