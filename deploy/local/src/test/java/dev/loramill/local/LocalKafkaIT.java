package dev.loramill.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalKafkaIT {
    @TempDir Path directory;

    @Test
    void keepsWhatItAcknowledgedOverARestart() throws Exception {
        int port;
        try (LocalKafka kafka = LocalKafka.start(directory, 0)) {
            port = kafka.port();
            kafka.createTopics();
            kafka.createTopics();
            send(kafka, "first");
        }

        try (LocalKafka kafka = LocalKafka.start(directory, port)) {
            kafka.createTopics();
            send(kafka, "second");

            assertThat(values(kafka, 2)).containsExactly("first", "second");
        }
    }

    @Test
    void topicsHavePartitionsAndRetentionOfTheirKind() throws Exception {
        try (LocalKafka kafka = LocalKafka.start(directory, 0)) {
            kafka.createTopics();
            try (Admin admin =
                    Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                Map<String, TopicDescription> topics =
                        admin.describeTopics(admin.listTopics().names().get())
                                .allTopicNames()
                                .get();

                assertThat(topics.keySet()).containsAll(Topics.all());
                assertThat(topics.keySet())
                        .containsAll(Topics.all().stream().map(Topics::deadLetters).toList());
                assertThat(partitions(topics, Topics.ROWS_RECEIVED)).isEqualTo(4);
                assertThat(partitions(topics, Topics.ADAPTERS)).isEqualTo(1);
                assertThat(config(admin, Topics.ADAPTERS, "cleanup.policy")).isEqualTo("compact");
                assertThat(config(admin, Topics.DATASETS_HISTORY, "retention.ms")).isEqualTo("-1");
                assertThat(config(admin, Topics.ROWS_SUBMITTED, "retention.ms"))
                        .isEqualTo(Long.toString(TimeUnit.DAYS.toMillis(7)));
            }
        }
    }

    @Test
    void aRecordThatIsSmallOnlyWhilePackedIsRefusedWhereAnybodyMayWrite() throws Exception {
        byte[] large = new byte[3 * Topics.maxMessageBytes(Topics.ROWS_SUBMITTED)];
        Arrays.fill(large, (byte) ' ');
        try (LocalKafka kafka = LocalKafka.start(directory, 0)) {
            kafka.createTopics();
            try (KafkaProducer<String, byte[]> producer =
                    new KafkaProducer<>(
                            Map.of(
                                    "bootstrap.servers",
                                    kafka.bootstrapServers(),
                                    "compression.type",
                                    "gzip",
                                    "max.request.size",
                                    2 * large.length),
                            new StringSerializer(),
                            new ByteArraySerializer())) {
                assertThat(producer.send(new ProducerRecord<>(Topics.ROWS_SUBMITTED, large)))
                        .failsWithin(Duration.ofSeconds(60))
                        .withThrowableThat()
                        .withCauseInstanceOf(RecordTooLargeException.class);

                assertThat(
                                producer.send(
                                        new ProducerRecord<>(
                                                Topics.ROWS_SUBMITTED,
                                                "{}".getBytes(StandardCharsets.UTF_8))))
                        .succeedsWithin(Duration.ofSeconds(60));
            }
        }
    }

    private static int partitions(Map<String, TopicDescription> topics, String topic) {
        return Objects.requireNonNull(topics.get(topic)).partitions().size();
    }

    private static String config(Admin admin, String topic, String key) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return Objects.requireNonNull(
                        admin.describeConfigs(List.of(resource)).all().get().get(resource))
                .get(key)
                .value();
    }

    private static void send(LocalKafka kafka, String value) throws Exception {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            producer.send(
                            new ProducerRecord<>(
                                    Topics.ADAPTERS, "a", value.getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
    }

    private static List<String> values(LocalKafka kafka, int count) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(Topics.ADAPTERS, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, byte[]> record :
                        consumer.poll(Duration.ofMillis(200))) {
                    values.add(new String(record.value(), StandardCharsets.UTF_8));
                }
            }
        }
        return values;
    }
}
