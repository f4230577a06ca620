package dev.loramill.clean.topology;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.loramill.clean.recipe.RecipesAwayException;
import dev.loramill.events.DeadLetter;
import dev.loramill.events.EventJson;
import dev.loramill.events.RowRejected;
import dev.loramill.events.Topics;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * A step of the topology that no record can stop: one that it fails on goes to the dead letters, in
 * the transaction at hand. What is not the record's fault, that is, Kafka or the database away, is
 * thrown on, and the record is taken again.
 */
abstract class TopologyStep extends ContextualProcessor<String, byte[], String, RowStep> {
    /** What Kafka's producers send at most unless they are told otherwise. */
    private static final int KAFKAS_MAX_REQUEST_BYTES = 1 << 20;

    /** Bytes that a character of a row's JSON may become in the JSON of an event, and some. */
    private static final int ESCAPED_LENGTH = 16;

    private final TakenRows taken;
    private int maxRequestBytes = KAFKAS_MAX_REQUEST_BYTES;

    TopologyStep(TakenRows taken) {
        this.taken = taken;
    }

    @Override
    public void init(ProcessorContext<String, RowStep> context) {
        super.init(context);
        Object configured =
                context.appConfigsWithPrefix(StreamsConfig.PRODUCER_PREFIX)
                        .get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
        maxRequestBytes =
                configured == null
                        ? KAFKAS_MAX_REQUEST_BYTES
                        : Integer.parseInt(configured.toString());
    }

    /**
     * What becomes of a record.
     *
     * @throws RecipesAwayException when it cannot be told now
     * @throws KafkaException when Kafka or a state store fails
     * @throws RuntimeException any other: when the record itself is at fault
     */
    abstract Record<String, RowStep> take(Record<String, byte[]> record);

    @Override
    public final void process(Record<String, byte[]> record) {
        Record<String, RowStep> next;
        try {
            requireBounded(record);
            next = take(record);
        } catch (RecipesAwayException | KafkaException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            next = deadLetter(record, e);
        }
        context().forward(next);
        taken.count();
    }

    /**
     * The record of a refusal; where it would be too large, the row in it is cut and becomes a JSON
     * text.
     *
     * @param received headers of the record that it follows from
     */
    final Record<String, RowStep> rejected(RowRejected row, long timestamp, Headers received) {
        Record<String, RowStep> whole = asRecord(row, timestamp, received);
        if (size(whole) <= mostBytes()) {
            return whole;
        }
        int most = Math.min(row.original().length(), mostBytes() / ESCAPED_LENGTH);
        Record<String, RowStep> cut =
                asRecord(
                        new RowRejected(
                                row.datasetId(),
                                row.origin(),
                                row.stage(),
                                row.rule(),
                                row.reason(),
                                json(row.original().substring(0, most) + "…"),
                                row.recipe()),
                        timestamp,
                        received);
        if (size(cut) > mostBytes()) {
            throw new IllegalArgumentException(
                    "what names this row takes more than the %d bytes that a record may have"
                            .formatted(mostBytes()));
        }
        return cut;
    }

    private static Record<String, RowStep> asRecord(
            RowRejected row, long timestamp, Headers received) {
        return new Record<>(
                row.key(),
                new RowStep(RowStep.Kind.REJECTED, EventJson.write(row)),
                timestamp,
                RowHeaders.of(row, timestamp, received));
    }

    static String json(Object messages) {
        try {
            return EventJson.mapper().writeValueAsString(messages);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write messages as JSON", e);
        }
    }

    /** Largest record that is sent on, in bytes. */
    final int mostBytes() {
        return OutgoingLimit.mostBytes(maxRequestBytes);
    }

    /** Size of a record as the producer reckons it, in bytes. */
    static int size(Record<String, RowStep> record) {
        String key = record.key();
        byte[] body = record.value().body();
        long bytes = OutgoingLimit.OVERHEAD_BYTES;
        bytes += key == null ? 0 : Utils.utf8Length(key);
        bytes += body == null ? 0 : body.length;
        for (Header header : record.headers()) {
            byte[] value = header.value();
            bytes += Utils.utf8Length(header.key()) + (value == null ? 0 : value.length) + 10;
        }
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, bytes));
    }

    /** A compressed record may be larger than its topic takes by far; it is not even parsed. */
    private static void requireBounded(Record<String, byte[]> record) {
        byte[] value = record.value();
        if (value != null && value.length > OutgoingLimit.MOST_BYTES) {
            throw new IllegalArgumentException(
                    "a record must have at most %d bytes unpacked, this one has %d"
                            .formatted(OutgoingLimit.MOST_BYTES, value.length));
        }
    }

    @SuppressWarnings("NullAway") // Kafka has records without key
    private Record<String, RowStep> deadLetter(Record<String, byte[]> record, Throwable cause) {
        @Nullable RecordMetadata position = context().recordMetadata().orElse(null);
        if (position == null) {
            throw new IllegalStateException("a record of a topic has a position", cause);
        }
        long timestamp = Math.max(0, record.timestamp());
        DeadLetter letter =
                DeadLetter.of(
                        Topics.deadLetters(Topics.ROWS_RECEIVED),
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
                        maxRequestBytes);
        return new Record<>(
                letter.key(),
                new RowStep(RowStep.Kind.UNREADABLE, letter.value()),
                timestamp,
                new RecordHeaders(letter.headers()));
    }
}
