package dev.loramill.clean.stack;

import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Batches of one partition, as Kafka would hand them over; each test takes its own partition. */
public final class Batches {
    private static final URI SOURCE = URI.create("/loramill/test");

    private Batches() {}

    /** Events from an offset on. */
    public static ConsumerRecords<String, byte[]> of(
            String topic, int partition, long offset, List<? extends Event> events) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        for (Event event : events) {
            ProducerRecord<String, byte[]> sent =
                    KafkaEvents.record(topic, EventEnvelope.of(SOURCE, event));
            ConsumerRecord<String, byte[]> record =
                    new ConsumerRecord<>(
                            topic, partition, offset + records.size(), sent.key(), sent.value());
            sent.headers().forEach(record.headers()::add);
            records.add(record);
        }
        return new ConsumerRecords<>(
                Map.of(new TopicPartition(topic, partition), records), Map.of());
    }
}
