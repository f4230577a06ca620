package dev.loramill.outbox;

import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.messaging.Trace;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * An event and the record that it came in.
 *
 * @param record the record as Kafka gave it
 * @param envelope the event with its CloudEvents attributes
 */
public record ConsumedEvent(ConsumerRecord<String, byte[]> record, EventEnvelope envelope) {
    /** The event itself. */
    public Event event() {
        return envelope.event();
    }

    /** Topic that it was read from. */
    public String topic() {
        return record.topic();
    }

    /** Partition of the topic. */
    public int partition() {
        return record.partition();
    }

    /** Offset in the partition. */
    public long offset() {
        return record.offset();
    }

    /** Key of the record. */
    public @Nullable String key() {
        return record.key();
    }

    /** Trace that it belongs to, for {@link Trace#continuing}; null when it is not traced. */
    public @Nullable String traceParent() {
        return Trace.of(record.headers());
    }

    /** Last value of a header, as UTF-8. */
    public Optional<String> header(String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? Optional.empty()
                : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
    }
}
