package dev.loramill.events;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * A record that can never take effect, as it goes to the dead-letter queue of its topic: unchanged
 * but for the headers that SmallRye's own dead-letter queues have behind its own. One that would
 * then be larger than the queue or the producer takes is cut, and {@link #CUT} tells it.
 *
 * @param topic the dead-letter queue
 * @param key key of the record; null where it had none, or one that left no room
 * @param value value of the record, or its first bytes; null where it had none
 * @param headers headers of the record, then those that say what was wrong with it
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
public record DeadLetter(
        String topic, @Nullable String key, byte @Nullable [] value, List<Header> headers) {
    /**
     * Header of a letter that is not whole, because the record was too large to be sent on: size of
     * the record's value in bytes, before it was cut. Where key and headers alone were too large
     * those that left no room are missing too.
     */
    public static final String CUT = "dead-letter-cut";

    /** Longest reason or cause, in characters. */
    static final int LONGEST_TEXT = 2_000;

    /** What a batch of one record takes beside it, and what compression may add to noise. */
    private static final int BATCH_BYTES = 16 << 10;

    /** What a key, a value or a header takes beside its bytes, at most. */
    private static final int FIELD_BYTES = 10;

    public DeadLetter {
        headers = List.copyOf(headers);
    }

    /**
     * The dead letter of a record.
     *
     * @param fault what was thrown when it was read; its message is the reason
     * @param maxRequestBytes largest record that the producer sends, in bytes ({@code
     *     max.request.size}); at least 64 KiB
     */
    public static DeadLetter of(
            ConsumerRecord<String, byte[]> record, Throwable fault, int maxRequestBytes) {
        return of(Topics.deadLetters(record.topic()), record, fault, maxRequestBytes);
    }

    /**
     * The dead letter of a record of a topic that has no queue of its own, such as the inner topics
     * of Kafka Streams.
     *
     * @param topic the dead-letter queue that takes it
     * @param fault what was thrown when it was read; its message is the reason
     * @param maxRequestBytes largest record that the producer sends, in bytes ({@code
     *     max.request.size}); at least 64 KiB
     */
    public static DeadLetter of(
            String topic,
            ConsumerRecord<String, byte[]> record,
            Throwable fault,
            int maxRequestBytes) {
        List<Header> own = own(record, fault);
        byte[] value = record.value();
        int valueBytes = value == null ? 0 : value.length;
        Header cut = header(CUT, Integer.toString(valueBytes));
        long room =
                Math.min(maxRequestBytes, Topics.maxMessageBytes(topic))
                        - BATCH_BYTES
                        - size(cut)
                        - own.stream().mapToLong(DeadLetter::size).sum();

        boolean isWhole = true;
        String key = record.key();
        if (key != null) {
            long keyBytes = key.getBytes(StandardCharsets.UTF_8).length + FIELD_BYTES;
            if (keyBytes <= room) {
                room -= keyBytes;
            } else {
                key = null;
                isWhole = false;
            }
        }
        List<Header> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            if (size(header) <= room) {
                headers.add(header);
                room -= size(header);
            } else {
                isWhole = false;
            }
        }
        headers.addAll(own);
        long valueRoom = Math.max(0, room - FIELD_BYTES);
        if (value != null && value.length > valueRoom) {
            value = Arrays.copyOf(value, Math.toIntExact(valueRoom));
            isWhole = false;
        }
        if (!isWhole) {
            headers.add(cut);
        }
        return new DeadLetter(topic, key, value, headers);
    }

    private static List<Header> own(ConsumerRecord<String, byte[]> record, Throwable fault) {
        List<Header> headers = new ArrayList<>();
        headers.add(header("dead-letter-exception-class-name", fault.getClass().getName()));
        headers.add(header("dead-letter-reason", String.valueOf(fault.getMessage())));
        Throwable cause = fault.getCause();
        if (cause != null) {
            headers.add(header("dead-letter-cause-class-name", cause.getClass().getName()));
            headers.add(header("dead-letter-cause", String.valueOf(cause.getMessage())));
        }
        headers.add(header("dead-letter-topic", record.topic()));
        headers.add(header("dead-letter-partition", Integer.toString(record.partition())));
        headers.add(header("dead-letter-offset", Long.toString(record.offset())));
        return headers;
    }

    private static Header header(String name, String text) {
        String bounded =
                text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + "…";
        return new RecordHeader(name, bounded.getBytes(StandardCharsets.UTF_8));
    }

    private static long size(Header header) {
        byte[] value = header.value();
        return header.key().getBytes(StandardCharsets.UTF_8).length
                + (value == null ? 0 : value.length)
                + 2L * FIELD_BYTES;
    }
}
