package dev.loramill.train.stack;

import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.TrainingEvent;
import dev.loramill.events.WorkerHeartbeat;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/** Records of one partition, as Kafka would hand them over; can be handed over again. */
public final class Delivery {
    private final List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    private final TopicPartition partition;

    /**
     * An empty delivery.
     *
     * @param partition of the topic; each test takes its own
     */
    public Delivery(String topic, int partition) {
        this.partition = new TopicPartition(topic, partition);
    }

    /** Adds an event; one of a worker is signed with the secret of the workers. */
    public Delivery event(Event event) {
        ProducerRecord<String, byte[]> sent = sent(event);
        if (event instanceof WorkerHeartbeat || event instanceof TrainingEvent) {
            WorkerSecret.get().sign(sent);
        }
        return record(sent);
    }

    /** The record of an event, which nobody has signed. */
    public ProducerRecord<String, byte[]> sent(Event event) {
        return KafkaEvents.record(
                partition.topic(), EventEnvelope.of(URI.create("/loramill/test"), event));
    }

    /** Adds a record. */
    public Delivery record(ProducerRecord<String, byte[]> sent) {
        ConsumerRecord<String, byte[]> record = add(sent.key(), sent.value());
        for (Header header : sent.headers()) {
            record.headers().add(header);
        }
        return this;
    }

    /** Adds what is no event. */
    public Delivery noise(String text) {
        add("noise", text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** All of it. */
    public ConsumerRecords<String, byte[]> records() {
        return new ConsumerRecords<>(Map.of(partition, List.copyOf(records)), Map.of());
    }

    private ConsumerRecord<String, byte[]> add(String key, byte[] value) {
        ConsumerRecord<String, byte[]> record =
                new ConsumerRecord<>(
                        partition.topic(), partition.partition(), records.size(), key, value);
        records.add(record);
        return record;
    }
}
