package dev.loramill.clean.stack;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowEvent;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.local.LocalKafka;
import dev.loramill.local.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
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
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The packaged service with all it needs; broker, database and service can be stopped and killed.
 */
public final class CleanStack implements AutoCloseable {
    /** Id of the tiny base in the catalogue. */
    public static final String BASE = "tiny";

    private static final Path APPLICATION = Path.of("target/quarkus-app/quarkus-run.jar");
    private static final String DATABASE = "loramill_clean";
    private static final URI SOURCE = URI.create("/loramill/ingest");
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    private final Path directory;
    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;
    private LocalKafka kafka;
    private LocalPostgres postgres;
    private Process service;

    private CleanStack(Path directory) throws IOException {
        this.directory = directory;
        this.port = freePort();
        this.kafka = LocalKafka.start(directory.resolve("kafka"), 0);
        this.kafka.createTopics();
        this.postgres = LocalPostgres.start(directory.resolve("postgres"), 0);
        this.postgres.createDatabase(DATABASE);
        ArtifactStore store = new LocalArtifactStore(artifacts());
        Path base = TinyLlama.standard().write(directory.resolve("tiny.gguf"));
        StoredArtifact stored = store.putFile(base);
        BaseCatalogue.add(
                directory.resolve("bases.json"),
                new BaseModel(
                        BASE, stored.sha256(), stored.sizeBytes(), "llama", "F16", "x", "made"));
        this.service = launch();
    }

    static CleanStack start() throws IOException {
        CleanStack stack = new CleanStack(Files.createTempDirectory("clean-it"));
        stack.awaitReady();
        return stack;
    }

    /** Directory of the artifact store. */
    public Path artifacts() {
        return directory.resolve("artifacts");
    }

    /** Connections to the service's database. */
    public DataSource database() {
        return postgres.dataSource(DATABASE);
    }

    // Faults.

    /** Ends the service at once, as a power cut does. */
    public void killService() {
        service.destroyForcibly();
        await().atMost(PATIENCE).until(() -> !service.isAlive());
    }

    /** Starts the service again; does not wait until it is ready. */
    public void launchService() throws IOException {
        service = launch();
    }

    /** Deletes the state stores of a service that is down. */
    public void deleteState() throws IOException {
        delete(directory.resolve("state"));
    }

    /** Stops the broker. */
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

    /** POST of JSON. */
    public Answer post(String path, String json) {
        return send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** Waits until a dataset is cleaned; returns its ledger. */
    public JsonNode awaitCleaned(String dataset) {
        return await().atMost(PATIENCE)
                .until(
                        () -> ledgerOrEmpty(dataset),
                        body -> body.path("state").asText().equals("cleaned"));
    }

    private JsonNode ledgerOrEmpty(String dataset) {
        try {
            return get("/v1/datasets/" + dataset + "/ledger").json();
        } catch (UncheckedIOException e) {
            return MissingNode.getInstance();
        }
    }

    // Kafka.

    /** Publishes events on a topic. */
    public void publish(String topic, List<? extends Event> events) {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers(), "linger.ms", 5),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            for (Event event : events) {
                producer.send(KafkaEvents.record(topic, EventEnvelope.of(SOURCE, event)));
            }
            producer.flush();
        }
    }

    /** Puts a record that is no event on a topic. */
    public void publishRaw(String topic, String key, byte[] value) {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, key, value));
            producer.flush();
        }
    }

    /** All committed records of a topic. */
    public List<ConsumerRecord<String, byte[]>> records(String topic) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                kafka.bootstrapServers(),
                                "isolation.level",
                                "read_committed"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
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

    /** Events of a topic that are of a kind. */
    public <E extends Event> List<E> events(String topic, Class<E> kind) {
        return records(topic).stream()
                .filter(record -> record.headers().lastHeader("ce_type") != null)
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
        kafka.close();
        postgres.close();
        http.close();
        delete(directory);
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
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
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules",
                        "jdk.incubator.vector",
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
                                "LORAMILL_BASES_CATALOGUE",
                                directory.resolve("bases.json").toString(),
                                "LORAMILL_CLEAN_STATE_DIRECTORY",
                                directory.resolve("state").toString()));
        return builder.redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(
                                Path.of("target", "clean-service-it.log").toFile()))
                .start();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
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
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
