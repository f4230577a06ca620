package dev.loramill.outbox.trial;

import dev.loramill.events.DatasetOpened;
import dev.loramill.events.Event;
import dev.loramill.events.RecipeReference;
import dev.loramill.outbox.DeadLetters;
import dev.loramill.outbox.Outbox;
import dev.loramill.outbox.RecordHandler;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.hibernate.StatelessSession;

/** A row for each record, and an event where the configuration asks for one. */
@ApplicationScoped
class TrialEffects implements RecordHandler {
    /** Topic that records are announced on. */
    static final String OUT = "trial.out";

    private static final RecipeReference RECIPE = new RecipeReference("none", "a".repeat(64));

    private final StatelessSession session;
    private final Outbox outbox;
    private final Halting halting;
    private final TrialConfig config;

    TrialEffects(StatelessSession session, Outbox outbox, Halting halting, TrialConfig config) {
        this.session = session;
        this.outbox = outbox;
        this.halting = halting;
        this.config = config;
    }

    @Override
    public void handle(List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
        session.insertMultiple(batch.stream().map(record -> new EffectRow(text(record))).toList());
        if (config.publish()) {
            outbox.publishAll(OUT, batch.stream().map(TrialEffects::announcement).toList());
        }
        halting.batchTookEffect();
    }

    static String text(ConsumerRecord<String, byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    private static Event announcement(ConsumerRecord<String, byte[]> record) {
        return new DatasetOpened(record.key(), text(record), RECIPE, Instant.EPOCH);
    }
}
