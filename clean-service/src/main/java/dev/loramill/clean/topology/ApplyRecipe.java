package dev.loramill.clean.topology;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.loramill.clean.recipe.CleaningOutcome;
import dev.loramill.clean.recipe.CompiledRecipe;
import dev.loramill.clean.recipe.RecipeLookup;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.DeadLetter;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.EventJson;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowDigests;
import dev.loramill.events.RowReceived;
import dev.loramill.events.RowRejected;
import dev.loramill.events.UnreadableEventException;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Applies to each received row the recipe that it names; without state. */
final class ApplyRecipe extends ContextualProcessor<String, byte[], String, RowStep> {
    /** Rule named when a row names a recipe that was never stored. */
    static final String UNKNOWN_RECIPE = "unknown-recipe";

    /** What Kafka's producers send at most unless they are told otherwise. */
    private static final int KAFKAS_MAX_REQUEST_BYTES = 1 << 20;

    private final RecipeLookup recipes;

    ApplyRecipe(RecipeLookup recipes) {
        this.recipes = recipes;
    }

    @Override
    public void process(Record<String, byte[]> record) {
        EventEnvelope envelope;
        try {
            envelope = KafkaEvents.read(record.headers(), record.value());
        } catch (UnreadableEventException e) {
            toDeadLetters(record, e);
            return;
        }
        if (envelope.event() instanceof RowReceived row) {
            clean(row, record.timestamp(), record.headers());
        } else {
            toDeadLetters(
                    record,
                    new IllegalArgumentException(
                            "a record of this topic must be a received row, it is a "
                                    + envelope.event().getClass().getSimpleName()));
        }
    }

    private void clean(RowReceived row, long timestamp, Headers received) {
        Optional<CompiledRecipe> recipe = recipes.find(row.recipe().digest());
        CleaningOutcome outcome =
                recipe.isPresent()
                        ? recipe.get().clean(row.messages())
                        : new CleaningOutcome.Refused(
                                UNKNOWN_RECIPE,
                                "recipe \"%s\" with digest %s was never stored here"
                                        .formatted(row.recipe().name(), row.recipe().digest()));
        switch (outcome) {
            case CleaningOutcome.Kept kept -> {
                RowCleaned cleaned =
                        new RowCleaned(
                                row.datasetId(),
                                row.origin(),
                                RowDigests.of(kept.messages()),
                                row.digest(),
                                kept.messages(),
                                row.recipe(),
                                kept.rulesApplied());
                Headers headers = RowHeaders.of(cleaned, timestamp, received);
                if (!kept.rulesApplied().isEmpty()) {
                    headers.add(RowHeaders.ORIGINAL, RowHeaders.utf8(json(row.messages())));
                }
                context()
                        .forward(
                                new Record<>(
                                        cleaned.key(),
                                        new RowStep(
                                                RowStep.Kind.CANDIDATE, EventJson.write(cleaned)),
                                        timestamp,
                                        headers));
            }
            case CleaningOutcome.Refused(String rule, String reason) -> {
                RowRejected rejected =
                        new RowRejected(
                                row.datasetId(),
                                row.origin(),
                                RowRejected.Stage.CLEAN,
                                rule,
                                reason,
                                json(row.messages()),
                                row.recipe());
                context()
                        .forward(
                                new Record<>(
                                        rejected.key(),
                                        new RowStep(
                                                RowStep.Kind.REJECTED, EventJson.write(rejected)),
                                        timestamp,
                                        RowHeaders.of(rejected, timestamp, received)));
            }
        }
    }

    @SuppressWarnings("NullAway") // Kafka has records without key
    private void toDeadLetters(Record<String, byte[]> record, RuntimeException cause) {
        RecordMetadata position =
                context()
                        .recordMetadata()
                        .orElseThrow(() ->
                                new IllegalStateException("a record of a topic has a position"));
        long timestamp = Math.max(0, record.timestamp());
        DeadLetter letter =
                DeadLetter.of(
                        new ConsumerRecord<>(
                                position.topic(),
                                position.partition(),
                                position.offset(),
                                timestamp,
                                TimestampType.CREATE_TIME,
                                ConsumerRecord.NULL_SIZE,
                                ConsumerRecord.NULL_SIZE,
                                record.key(),
                                record.value(),
                                record.headers(),
                                Optional.empty()),
                        cause,
                        maxRequestBytes());
        context()
                .forward(
                        new Record<>(
                                letter.key(),
                                new RowStep(RowStep.Kind.UNREADABLE, letter.value()),
                                timestamp,
                                new RecordHeaders(letter.headers())));
    }

    /** Largest record that the producer of Kafka Streams sends, in bytes. */
    private int maxRequestBytes() {
        Object configured =
                context()
                        .appConfigsWithPrefix(StreamsConfig.PRODUCER_PREFIX)
                        .get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
        return configured == null
                ? KAFKAS_MAX_REQUEST_BYTES
                : Integer.parseInt(configured.toString());
    }

    static String json(List<ChatMessage> messages) {
        try {
            return EventJson.mapper().writeValueAsString(messages);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write messages as JSON", e);
        }
    }
}
