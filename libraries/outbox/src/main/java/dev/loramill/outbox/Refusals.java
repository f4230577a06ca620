package dev.loramill.outbox;

import dev.loramill.events.Topics;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** What Kafka will never take, however often it is sent. */
final class Refusals {
    /** Longest reason that is kept, in characters. */
    private static final int LONGEST_REASON = 2_000;

    /** What a batch of one record takes beside it. */
    private static final int BATCH_BYTES = 1 << 10;

    /** What a key, a value or a header takes beside its bytes, at most. */
    private static final int FIELD_BYTES = 10;

    private Refusals() {}

    /**
     * Looks at a record before it is sent, so that none of its key goes past it.
     *
     * @param largest largest record that the producer sends, in bytes
     * @throws RefusedRecordException when it is larger than producer or topic take
     */
    static void requireFits(
            ProducerRecord<byte @Nullable [], byte @Nullable []> record, int largest) {
        long bytes = BATCH_BYTES + size(record.key()) + size(record.value());
        for (Header header : record.headers()) {
            bytes += header.key().length() * 3L + FIELD_BYTES + size(header.value());
        }
        int most = Math.min(largest, Topics.maxMessageBytes(record.topic()));
        if (bytes > most) {
            throw new RefusedRecordException(
                    "the record has %,d bytes, and topic \"%s\" takes %,d"
                            .formatted(bytes, record.topic(), most));
        }
    }

    /** Whether another try would end as this one did. */
    static boolean isForGood(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof RecordTooLargeException
                    || cause instanceof RecordBatchTooLargeException
                    || cause instanceof InvalidRecordException
                    || cause instanceof InvalidTimestampException
                    || cause instanceof InvalidTopicException
                    || cause instanceof SerializationException) {
                return true;
            }
        }
        return false;
    }

    static String reason(Throwable fault) {
        Throwable innermost = fault;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        String reason = String.valueOf(innermost).replace('\0', '\uFFFD');
        return reason.length() <= LONGEST_REASON
                ? reason
                : reason.substring(0, LONGEST_REASON - 1) + "…";
    }

    private static long size(byte @Nullable [] bytes) {
        return FIELD_BYTES + (bytes == null ? 0 : bytes.length);
    }
}
