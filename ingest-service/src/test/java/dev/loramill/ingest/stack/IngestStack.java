package dev.loramill.ingest.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.Event;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowEvent;
import dev.loramill.local.LocalKafka;
import dev.loramill.local.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The packaged service with all it needs; broker, database and service can be stopped and killed.
 */
public final class IngestStack implements AutoCloseable {
    /** Most bytes of a batch in these tests. */
    public static final int MAX_BATCH_BYTES = 1 << 20;

    private static final Path APPLICATION = Path.of("target/quarkus-app/quarkus-run.jar");
    private static final String DATABASE = "loramill_ingest";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;
    private final int recipePort;
    private LocalKafka kafka;
    private LocalPostgres postgres;
    private RecipePeer recipes;
    private Process service;
    private final KafkaProducer<String, byte[]> producer;

    private IngestStack(Path directory) throws IOException {
        this.directory = directory;
        this.port = freePort();
        this.kafka = LocalKafka.start(directory.resolve("kafka"), 0);
        this.kafka.createTopics();
        this.postgres = LocalPostgres.start(directory.resolve("postgres"), 0);
        this.postgres.createDatabase(DATABASE);
        this.recipes = RecipePeer.start(0);
        this.recipePort = recipes.port();
        this.service = launch();
        this.producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    static IngestStack start() throws IOException {
        IngestStack stack = new IngestStack(Files.createTempDirectory("ingest-it"));
        stack.awaitReady();
        return stack;
    }

    /** Address of the service. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Directory of the artifact store. */
    public Path artifacts() {
        return directory.resolve("artifacts");
    }

    /** A directory for files that a test makes. */
    public Path scratch() {
        return directory;
    }

    /** Connections to the service's database. */
    public DataSource database() {
        return postgres.dataSource(DATABASE);
    }

    // Faults.

    /** Kills the service as kill -9 does. */
    public void killService() throws InterruptedException {
        service.destroyForcibly();
        if (!service.waitFor(10, TimeUnit.SECONDS)) {
            throw new AssertionError("the service survived being killed");
        }
    }

    /** Starts the service again and waits until it is ready. */
    public void startService() throws IOException {
        service = launch();
        awaitReady();
    }

    /** Stops the broker in order. */
    public void stopKafka() {
        kafka.close();
    }

    /** Starts the broker on its old data and port. */
    public void startKafka() throws IOException {
        kafka = LocalKafka.start(directory.resolve("kafka"), kafka.port());
    }

    /** Stops the database. */
    public void stopPostgres() throws IOException {
        postgres.close();
    }

    /** Starts the database on its old data and port. */
    public void startPostgres() throws IOException {
        postgres = LocalPostgres.start(directory.resolve("postgres"), postgres.port());
    }

    /** Takes clean-service away. */
    public void stopRecipes() {
        recipes.close();
    }

    /** Brings clean-service back. */
    public void startRecipes() throws IOException {
        recipes = RecipePeer.start(recipePort);
    }

    /** Waits until the service says that it is ready. */
    public void awaitReady() {
        await().atMost(PATIENCE).until(() -> readiness() == 200);
    }

    /** Status of the readiness check, or 0 when nobody answers. */
    public int readiness() {
        try {
            return get("/q/health/ready").status();
        } catch (UncheckedIOException e) {
            return 0;
        }
    }

    // HTTP.

    /** GET. */
    public Answer get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    /** DELETE. */
    public Answer delete(String path) {
        return send(HttpRequest.newBuilder(uri(path)).DELETE());
    }

    /** POST of JSON. */
    public Answer post(String path, String json) {
        return send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    /** POST of rows, with header names and values. */
    public Answer postRows(String dataset, byte[] body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri("/v1/datasets/" + dataset + "/rows"))
                        .header("Content-Type", "application/x-ndjson")
                        .POST(BodyPublishers.ofByteArray(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request);
    }

    /** Uploads a file for fine-tuning. */
    public Answer upload(String filename, byte[] content) {
        return upload(filename, BodyPublishers.ofByteArray(content), "fine-tune");
    }

    /** Uploads a file in a form. */
    public Answer upload(String filename, BodyPublisher content, String purpose) {
        String boundary = "loramill-boundary-7d1f";
        String head =
                """
                --%1$s\r
                Content-Disposition: form-data; name="purpose"\r
                \r
                %2$s\r
                --%1$s\r
                Content-Disposition: form-data; name="file"; filename="%3$s"\r
                Content-Type: application/octet-stream\r
                \r
                """
                        .formatted(boundary, purpose, filename);
        return send(
                HttpRequest.newBuilder(uri("/v1/files"))
                        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                        .POST(
                                BodyPublishers.concat(
                                        BodyPublishers.ofString(head),
                                        content,
                                        BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"))));
    }

    /** Waits until a dataset is sealed; returns it. */
    public JsonNode awaitSealed(String dataset) {
        return await().atMost(PATIENCE)
                .until(
                        () -> get("/v1/datasets/" + dataset).json(),
                        body -> body.path("state").asText().equals("sealed"));
    }

    // Kafka.

    /** Puts a record on a topic. */
    public void produce(String topic, String key, byte[] value, Map<String, String> headers) {
        var record = new ProducerRecord<String, byte[]>(topic, key, value);
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(UTF_8)));
        producer.send(record);
        producer.flush();
    }

    /** All committed records of a topic. */
    public List<ConsumerRecord<String, byte[]>> records(String topic) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions(consumer, topic);
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

    /** Number of records of a topic. */
    public long recordCount(String topic) {
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            return consumer.endOffsets(partitions(consumer, topic)).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    /** Events of a topic that are of a kind. */
    public <E extends Event> List<E> events(String topic, Class<E> kind) {
        return records(topic).stream()
                .map(record -> KafkaEvents.read(record).event())
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    /** Row events of one dataset. */
    public <E extends RowEvent> List<E> rows(String topic, Class<E> kind, String dataset) {
        return events(topic, kind).stream().filter(row -> row.datasetId().equals(dataset)).toList();
    }

    @Override
    public void close() throws IOException {
        service.destroy();
        try {
            if (!service.waitFor(20, TimeUnit.SECONDS)) {
                service.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            service.destroyForcibly();
        }
        recipes.close();
        producer.close(Duration.ZERO);
        kafka.close();
        postgres.close();
        http.close();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private Process launch() throws IOException {
        if (!Files.exists(APPLICATION)) {
            throw new IllegalStateException(
                    APPLICATION + " is missing; these tests run after the package phase");
        }
        Path java = Path.of(String.valueOf(System.getProperty("java.home")), "bin", "java");
        ProcessBuilder builder =
                new ProcessBuilder(
                        java.toString(),
                        "-Xmx192m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        APPLICATION.toString());
        builder.environment()
                .putAll(
                        Map.of(
                                "QUARKUS_HTTP_PORT",
                                Integer.toString(port),
                                "QUARKUS_DATASOURCE_JDBC_URL",
                                postgres.jdbcUrl(DATABASE),
                                "QUARKUS_DATASOURCE_USERNAME",
                                postgres.user(),
                                "QUARKUS_DATASOURCE_PASSWORD",
                                postgres.password(),
                                "KAFKA_BOOTSTRAP_SERVERS",
                                kafka.bootstrapServers(),
                                "LORAMILL_ARTIFACTS_DIRECTORY",
                                artifacts().toString(),
                                "LORAMILL_CLEAN_URL",
                                "http://127.0.0.1:" + recipePort,
                                "LORAMILL_INGEST_MAX_BATCH_BYTES",
                                Integer.toString(MAX_BATCH_BYTES)));
        Path log = Path.of("target/ingest-it.log");
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    http.send(
                            request.timeout(PATIENCE).build(),
                            HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private URI uri(String path) {
        return URI.create(url() + path);
    }

    private KafkaConsumer<String, byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        "false"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private static List<TopicPartition> partitions(
            KafkaConsumer<String, byte[]> consumer, String topic) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (PartitionInfo partition : consumer.partitionsFor(topic)) {
            partitions.add(new TopicPartition(topic, partition.partition()));
        }
        return partitions;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
