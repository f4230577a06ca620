package dev.loramill.outbox.trial;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends and reads records of the trial. */
final class Records {
    private Records() {}

    /** Sends the numbers of a range, each under itself as key, and waits for Kafka. */
    static void send(String bootstrapServers, String topic, String prefix, int from, int to)
            throws Exception {
        try (Producer<String, byte[]> producer = producer(bootstrapServers)) {
            List<Future<?>> sent = new ArrayList<>();
            for (String value : values(prefix, from, to)) {
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        topic, value, value.getBytes(StandardCharsets.UTF_8))));
            }
            for (Future<?> record : sent) {
                record.get();
            }
        }
    }

    static Producer<String, byte[]> producer(String bootstrapServers) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "acks", "all"),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    static List<String> values(String prefix, int from, int to) {
        return IntStream.range(from, to).mapToObj(number -> prefix + number).toList();
    }

    static String header(ConsumerRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
