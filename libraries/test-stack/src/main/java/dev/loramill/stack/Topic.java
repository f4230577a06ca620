package dev.loramill.stack;

import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What a topic holds at the moment, committed records only.
 *
 * @param bootstrapServers address of the broker
 * @param name the topic
 */
public record Topic(String bootstrapServers, String name) {

    /** All records, in the order of each partition. */
    public List<ConsumerRecord<String, byte[]>> records() {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions(consumer);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(partition ->
                            consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    /** Number of records, those of transactions that were undone included. */
    public long recordCount() {
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            return consumer.endOffsets(partitions(consumer)).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    /** Events of a kind; records that are no events are passed over. */
    public <E extends Event> List<E> events(Class<E> kind) {
        return ofKind(envelopes(), kind);
    }

    /** The same, but each once: after a fault an event may be sent again under its id. */
    public <E extends Event> List<E> distinctEvents(Class<E> kind) {
        Set<String> seen = new HashSet<>();
        return ofKind(envelopes().filter(envelope -> seen.add(envelope.id())), kind);
    }

    private Stream<EventEnvelope> envelopes() {
        return records().stream()
                .filter(record -> record.headers().lastHeader("ce_type") != null)
                .map(KafkaEvents::read);
    }

    private static <E extends Event> List<E> ofKind(
            Stream<EventEnvelope> envelopes, Class<E> kind) {
        return envelopes
                .map(EventEnvelope::event)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    private KafkaConsumer<String, byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        "false"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private List<TopicPartition> partitions(KafkaConsumer<String, byte[]> consumer) {
        return consumer.partitionsFor(name).stream()
                .map(info -> new TopicPartition(name, info.partition()))
                .toList();
    }
}
