package dev.loramill.messaging;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Looks at the ends of topics, with the settings of all clients ({@code kafka.*}). It belongs to no
 * group, so that it disturbs nobody's consumption.
 */
@ApplicationScoped
public class TopicTails {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Map<String, Object> config;

    TopicTails(@Identifier("default-kafka-broker") Map<String, Object> config) {
        this.config = config;
    }

    /**
     * Opens the end of a topic, for one thread.
     *
     * @param timeout how long each question may take
     * @throws org.apache.kafka.common.KafkaException when no client can be made
     */
    public Tail open(String topic, Duration timeout) {
        return new Tail(topic, timeout);
    }

    private Map<String, Object> consumerConfig(Duration timeout) {
        Map<String, Object> own = new HashMap<>();
        config.forEach((name, value) -> {
            if (ConsumerConfig.configNames().contains(name)) {
                own.put(name, value);
            }
        });
        own.remove(ConsumerConfig.GROUP_ID_CONFIG);
        int timeoutMillis = Math.toIntExact(timeout.toMillis());
        own.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMillis);
        own.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMillis);
        own.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        own.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        own.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        return own;
    }

    /** End of one topic. */
    public final class Tail implements AutoCloseable {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final String topic;

        private Tail(String topic, Duration timeout) {
            this.topic = topic;
            this.consumer =
                    new KafkaConsumer<>(
                            consumerConfig(timeout),
                            new ByteArrayDeserializer(),
                            new ByteArrayDeserializer());
        }

        /**
         * Offset behind the last record of each partition that producers were told is safe: those
         * of transactions that are still open do not count.
         *
         * @throws org.apache.kafka.common.KafkaException when Kafka does not answer in time
         */
        public Map<Integer, Long> ends() {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(found -> new TopicPartition(topic, found.partition()))
                            .toList();
            return consumer.endOffsets(partitions).entrySet().stream()
                    .collect(
                            Collectors.toMap(end -> end.getKey().partition(), Map.Entry::getValue));
        }

        /**
         * Whether a partition holds a record within offsets; without one there are only marks of
         * transactions, or records that were withdrawn or deleted.
         *
         * @param from first offset
         * @param end offset behind the last
         * @throws org.apache.kafka.common.KafkaException when Kafka does not answer in time
         */
        public boolean holdsRecord(int partition, long from, long end) {
            TopicPartition looked = new TopicPartition(topic, partition);
            consumer.assign(List.of(looked));
            consumer.seek(looked, from);
            while (consumer.position(looked) < end) {
                long position = consumer.position(looked);
                var polled = consumer.poll(POLL);
                if (!polled.isEmpty()) {
                    return polled.iterator().next().offset() < end;
                }
                if (consumer.position(looked) == position) {
                    // Nothing came in time: nobody can say that there is none.
                    return true;
                }
            }
            return false;
        }

        @Override
        public void close() {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
    }
}
