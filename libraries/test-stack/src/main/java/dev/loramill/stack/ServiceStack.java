package dev.loramill.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowEvent;
import dev.loramill.local.LocalKafka;
import dev.loramill.local.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A packaged service with all it needs; broker, database and service can be stopped and killed.
 *
 * <p>A module's own stack extends it, adds what stands beside the service and launches it.
 */
public abstract class ServiceStack implements AutoCloseable {
    /** How long anything may take. */
    protected static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final URI SOURCE = URI.create("/loramill/test");

    private final String name;
    private final Path directory;
    private final int port;
    private final HttpTestClient http;
    private final KafkaProducer<String, byte[]> producer;
    private LocalKafka kafka;
    private LocalPostgres postgres;
    private final List<PackagedService> others = new ArrayList<>();
    private @Nullable PackagedService service;

    /**
     * Starts broker and database, with all topics and the service's own database.
     *
     * @param name of the service, such as {@code ingest}
     */
    protected ServiceStack(String name) throws IOException {
        this.name = name;
        this.directory = Files.createTempDirectory(name + "-it");
        this.port = PackagedService.freePort();
        this.http = new HttpTestClient(URI.create(url()));
        this.kafka = LocalKafka.start(directory.resolve("kafka"), 0);
        this.kafka.createTopics();
        this.postgres = LocalPostgres.start(directory.resolve("postgres"), 0);
        this.postgres.createDatabase(databaseName());
        this.producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers(), "linger.ms", 5),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    /**
     * Starts the service for the first time and waits until it is ready.
     *
     * @param jvmOptions options of its JVM, beside those that all have
     * @param configuration its environment, beside or instead of port, broker, database and
     *     artifact store
     */
    protected final void launch(List<String> jvmOptions, Map<String, String> configuration)
            throws IOException {
        service = new PackagedService(name, jvmOptions, environment(port, configuration));
        awaitReady();
    }

    /**
     * Starts another process of the service beside the first, with broker, database and artifact
     * store in common; does not wait until it is ready. It ends with the stack.
     *
     * @param suffix of its log's name
     * @param configuration as for {@link #launch}
     */
    protected final PackagedService launchBeside(String suffix, Map<String, String> configuration)
            throws IOException {
        PackagedService another =
                new PackagedService(
                        name + "-" + suffix,
                        List.of(),
                        environment(PackagedService.freePort(), configuration));
        others.add(another);
        return another;
    }

    private Map<String, String> environment(int httpPort, Map<String, String> configuration) {
        Map<String, String> environment = new HashMap<>();
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(httpPort));
        environment.put("QUARKUS_DATASOURCE_JDBC_URL", postgres.jdbcUrl(databaseName()));
        environment.put("QUARKUS_DATASOURCE_USERNAME", postgres.user());
        environment.put("QUARKUS_DATASOURCE_PASSWORD", postgres.password());
        environment.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        environment.put("LORAMILL_ARTIFACTS_DIRECTORY", artifacts().toString());
        environment.putAll(configuration);
        return environment;
    }

    /** Address of the service. */
    public final String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Directory of the artifact store. */
    public final Path artifacts() {
        return directory.resolve("artifacts");
    }

    /** A directory for files that a test makes. */
    public final Path scratch() {
        return directory;
    }

    /** Connections to the service's database. */
    public final DataSource database() {
        return postgres.dataSource(databaseName());
    }

    /** Runs statements in the service's database. */
    public final void execute(String sql) throws SQLException {
        try (Connection connection = database().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Address of the service's database, as JDBC has it. */
    public final String databaseAddress() {
        return postgres.jdbcUrl(databaseName());
    }

    /** Address of the broker. */
    public final String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    // Faults.

    /** Kills the service as kill -9 does. */
    public final void killService() {
        launched().kill();
    }

    /** Asks the service to end, as kill -TERM does. */
    public final void terminateService() {
        launched().terminate();
    }

    /** Stops the service in its tracks, as kill -STOP does. */
    public final void freezeService() {
        launched().freeze();
    }

    /** Has the service go on after {@link #freezeService}. */
    public final void thawService() {
        launched().thaw();
    }

    /** Whether the service's process is there. */
    public final boolean isServiceRunning() {
        return launched().isRunning();
    }

    /** Starts the service again and waits until it is ready. */
    public final void startService() throws IOException {
        launchService();
        awaitReady();
    }

    /** Starts the service again; does not wait until it is ready. */
    public final void launchService() throws IOException {
        launched().restart();
    }

    /** Stops the broker in order. */
    public final void stopKafka() {
        kafka.close();
    }

    /** Starts the broker on its old data and port. */
    public final void startKafka() throws IOException {
        kafka = LocalKafka.start(directory.resolve("kafka"), kafka.port());
    }

    /** Stops the database. */
    public final void stopPostgres() throws IOException {
        postgres.close();
    }

    /** Starts the database on its old data and port. */
    public final void startPostgres() throws IOException {
        postgres = LocalPostgres.start(directory.resolve("postgres"), postgres.port());
    }

    /** Waits until the service says that it is ready. */
    public final void awaitReady() {
        await().atMost(PATIENCE).until(() -> readiness() == 200);
    }

    /** Status of the readiness check, or 0 when nobody answers. */
    public final int readiness() {
        try {
            return get("/q/health/ready").status();
        } catch (UncheckedIOException e) {
            return 0;
        }
    }

    // HTTP.

    /** A client of the service. */
    public final HttpTestClient http() {
        return http;
    }

    /** GET. */
    public final HttpAnswer get(String path) {
        return http.get(path);
    }

    /** DELETE. */
    public final HttpAnswer delete(String path) {
        return http.delete(path);
    }

    /** POST of JSON. */
    public final HttpAnswer post(String path, String json) {
        return http.post(path, json);
    }

    // Kafka.

    /** Publishes events on a topic. */
    public final void publish(String topic, List<? extends Event> events) {
        for (Event event : events) {
            producer.send(KafkaEvents.record(topic, EventEnvelope.of(SOURCE, event)));
        }
        producer.flush();
    }

    /** Publishes an event on the topic of its kind. */
    public final void publish(Event event) {
        publish(KafkaEvents.record(EventEnvelope.of(SOURCE, event)));
    }

    /** Publishes a record. */
    public final void publish(ProducerRecord<String, byte[]> record) {
        producer.send(record);
        producer.flush();
    }

    /** Publishes bytes that need not be an event, with headers by name. */
    public final void publish(String topic, String key, byte[] value, Map<String, String> headers) {
        var record = new ProducerRecord<String, byte[]>(topic, key, value);
        headers.forEach((header, text) -> record.headers().add(header, text.getBytes(UTF_8)));
        publish(record);
    }

    /** All committed records of a topic. */
    public final List<ConsumerRecord<String, byte[]>> records(String topic) {
        return topic(topic).records();
    }

    /** Number of records of a topic. */
    public final long recordCount(String topic) {
        return topic(topic).recordCount();
    }

    /** Events of a topic that are of a kind. */
    public final <E extends Event> List<E> events(String topic, Class<E> kind) {
        return topic(topic).events(kind);
    }

    /** The same, but each once, however often it was sent. */
    public final <E extends Event> List<E> distinctEvents(String topic, Class<E> kind) {
        return topic(topic).distinctEvents(kind);
    }

    /** Row events of one dataset. */
    public final <E extends RowEvent> List<E> rows(String topic, Class<E> kind, String dataset) {
        return events(topic, kind).stream().filter(row -> row.datasetId().equals(dataset)).toList();
    }

    @Override
    public void close() throws IOException {
        if (service != null) {
            service.close();
        }
        others.forEach(PackagedService::close);
        producer.close(Duration.ZERO);
        kafka.close();
        postgres.close();
        http.close();
        deleteTree(directory);
    }

    /** Deletes a directory with all that is in it. */
    protected static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private Topic topic(String topic) {
        return new Topic(kafka.bootstrapServers(), topic);
    }

    private String databaseName() {
        return "loramill_" + name;
    }

    private PackagedService launched() {
        if (service == null) {
            throw new IllegalStateException("the service was never launched");
        }
        return service;
    }
}
