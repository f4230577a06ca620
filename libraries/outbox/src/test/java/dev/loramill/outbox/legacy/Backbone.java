package dev.loramill.outbox.legacy;

import dev.loramill.local.LocalKafka;
import dev.loramill.local.LocalPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/** A broker and a database server of a test class, which can be stopped and started again. */
final class Backbone implements AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final Path directory;
    private LocalKafka kafka;
    private LocalPostgres postgres;

    Backbone(Path directory) throws IOException {
        this.directory = directory;
        this.kafka = LocalKafka.start(directory.resolve("kafka"), 0);
        this.postgres = LocalPostgres.start(directory.resolve("postgres"), 0);
        kafka.createTopics();
    }

    String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    void stopKafka() {
        kafka.close();
    }

    void startKafka() throws IOException {
        kafka = LocalKafka.start(directory.resolve("kafka"), kafka.port());
    }

    void stopPostgres() throws IOException {
        postgres.close();
    }

    void startPostgres() throws IOException {
        postgres = LocalPostgres.start(directory.resolve("postgres"), postgres.port());
    }

    /** Name of a new database that holds the tables of the outbox and one of effects. */
    String newDatabase() throws IOException, SQLException {
        String name = "test_" + NAMES.incrementAndGet();
        postgres.createDatabase(name);
        String tables;
        try (InputStream in =
                Objects.requireNonNull(
                        Outbox.class.getResourceAsStream("/db/outbox/V0__outbox.sql"))) {
            tables = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        execute(dataSource(name), tables);
        // No unique key: a record that takes effect twice leaves two rows.
        execute(dataSource(name), "CREATE TABLE effect (value text NOT NULL)");
        return name;
    }

    DataSource dataSource(String database) {
        return postgres.dataSource(database);
    }

    String jdbcUrl(String database) {
        return postgres.jdbcUrl(database);
    }

    /** Name of a new topic of four partitions that has a dead-letter queue. */
    String newTopic() throws Exception {
        String name = "test.topic." + NAMES.incrementAndGet();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.createTopics(
                            List.of(
                                    new NewTopic(name, 4, (short) 1),
                                    new NewTopic(name + ".dlq", 1, (short) 1)))
                    .all()
                    .get();
        }
        return name;
    }

    Producer<String, byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers(), "acks", "all"),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    /** All records of a topic, once there are as many as expected. */
    List<ConsumerRecord<String, byte[]>> records(String topic, int expected) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", bootstrapServers()),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .pollInSameThread()
                    .until(() -> {
                        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                        return records.size() >= expected;
                    });
            consumer.poll(Duration.ofMillis(300)).forEach(records::add);
        }
        return records;
    }

    static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static List<String> effects(DataSource dataSource) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT value FROM effect")) {
            while (result.next()) {
                values.add(Objects.requireNonNull(result.getString(1)));
            }
        }
        return values;
    }

    @Override
    public void close() throws IOException {
        kafka.close();
        postgres.close();
    }
}
