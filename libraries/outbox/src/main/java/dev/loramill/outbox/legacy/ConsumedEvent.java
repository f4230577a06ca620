package dev.loramill.outbox.legacy;

import dev.loramill.events.EventEnvelope;
import org.jspecify.annotations.Nullable;

/**
 * An event and where it lay in Kafka.
 *
 * @param topic topic that it was read from
 * @param partition partition of the topic
 * @param offset offset in the partition
 * @param key key of the record
 * @param envelope the event with its CloudEvents attributes
 */
public record ConsumedEvent(
        String topic, int partition, long offset, @Nullable String key, EventEnvelope envelope) {}
