package dev.loramill.train.stack;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowCounts;
import dev.loramill.events.Topics;
import dev.loramill.events.TrainServeContract;
import dev.loramill.events.TrainingAssignment;
import dev.loramill.local.LocalKafka;
import dev.loramill.local.LocalPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

/** The packaged service with all it needs; broker and service can be stopped and killed. */
public final class TrainStack implements AutoCloseable {
    /** Id of the base that is there. */
    public static final String BASE = "tiny-base";

    /** Length of a lease here. */
    public static final Duration LEASE = Duration.ofSeconds(7);

    private static final Path APPLICATION = Path.of("target/quarkus-app/quarkus-run.jar");
    private static final String DATABASE = "loramill_train";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private final LocalPostgres postgres;
    private final IngestPeer ingest;
    private final CleanPeer clean;
    private final LocalArtifactStore artifacts;
    private final TrainServeContract contract;
    private final AtomicInteger names = new AtomicInteger();
    private LocalKafka kafka;
    private Process service;

    private TrainStack(Path directory) throws IOException {
        this.directory = directory;
        this.port = freePort();
        this.kafka = LocalKafka.start(directory.resolve("kafka"), 0);
        this.kafka.createTopics();
        this.postgres = LocalPostgres.start(directory.resolve("postgres"), 0);
        this.postgres.createDatabase(DATABASE);
        this.artifacts = new LocalArtifactStore(directory.resolve("artifacts"));
        ArtifactReference base = store("the base");
        this.contract =
                new TrainServeContract(
                        base.sha256(),
                        "Q4_1",
                        "llama",
                        320,
                        digest("tokenizer"),
                        digest("template"),
                        "2024-07-26",
                        1,
                        2);
        BaseCatalogue.add(
                directory.resolve("bases.json"),
                new BaseModel(
                        BASE, base.sha256(), base.sizeBytes(), "llama", "Q4_1", "unknown", "test"));
        this.ingest = new IngestPeer();
        this.clean = new CleanPeer(contract);
        this.service = launch();
    }

    static TrainStack start() throws IOException {
        TrainStack stack = new TrainStack(Files.createTempDirectory("train-it"));
        stack.awaitReady();
        return stack;
    }

    /** Address of the service. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** The peer that answers for ingest-service. */
    public IngestPeer ingest() {
        return ingest;
    }

    /** The peer that answers for clean-service. */
    public CleanPeer clean() {
        return clean;
    }

    /** The contract of the base that is there. */
    public TrainServeContract contract() {
        return contract;
    }

    /** Connections to the service's database. */
    public DataSource database() {
        return postgres.dataSource(DATABASE);
    }

    /** A name that no other test has. */
    public String unique(String prefix) {
        return prefix + "-" + names.incrementAndGet();
    }

    /** Puts a text into the artifact store. */
    public ArtifactReference store(String text) {
        try {
            StoredArtifact stored =
                    artifacts.put(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
            return new ArtifactReference(stored.sha256(), stored.sizeBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SHA-256 of a text. */
    public static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A worker that beats from now on. */
    public ScriptedWorker worker() {
        return new ScriptedWorker(this, unique("worker"), kafka.bootstrapServers());
    }

    // Jobs.

    /** Creates a job on a new frozen version; returns its id. */
    public String createJob() {
        return createJob(clean.freeze(unique("ds"), 512));
    }

    /** Creates a job on a frozen version; returns its id. */
    public String createJob(String version) {
        Answer answer =
                post(
                        "/v1/fine_tuning/jobs",
                        """
                        {"model":"%s","dataset":"%s","probes":["Why?","How?"],"suffix":"it"}
                        """
                                .formatted(BASE, version));
        if (answer.status() != 200) {
            throw new AssertionError("no job was created: " + answer.text());
        }
        return answer.at("/id");
    }

    /** A job as it is at the moment. */
    public JsonNode job(String id) {
        return get("/v1/fine_tuning/jobs/" + id).json();
    }

    /** Waits until a job has a status; returns it. */
    public JsonNode awaitJob(String id, String status) {
        return await().atMost(PATIENCE)
                .until(() -> job(id), job -> job.path("status").asText().equals(status));
    }

    /** Messages of a job's events, oldest first. */
    public List<String> messages(String id) {
        List<String> messages = new ArrayList<>();
        for (JsonNode event :
                get("/v1/fine_tuning/jobs/" + id + "/events?limit=100").json().path("data")) {
            messages.addFirst(event.path("message").asText());
        }
        return messages;
    }

    /** Messages of all events of a job, however many pages they fill, newest first. */
    public List<String> allMessages(String id) {
        List<String> messages = new ArrayList<>();
        String after = "";
        while (true) {
            JsonNode page =
                    get("/v1/fine_tuning/jobs/" + id + "/events?limit=100&after=" + after).json();
            page.path("data").forEach(event -> messages.add(event.path("message").asText()));
            if (!page.path("has_more").asBoolean()) {
                return messages;
            }
            after = page.path("data").path(page.path("data").size() - 1).path("id").asText();
        }
    }

    /** Announcements that name a job, in order. */
    public List<AdapterAnnounced> announcements(String jobId) {
        return events(Topics.ADAPTERS, AdapterAnnounced.class).stream()
                .filter(announced -> announced.jobId().equals(jobId))
                .toList();
    }

    /** Assignments of a kind, in order. */
    public <E extends TrainingAssignment> List<E> assignments(Class<E> kind) {
        return events(Topics.TRAINING_ASSIGNMENTS, kind);
    }

    /** Has clean-service finish a dataset, and say so on its topic. */
    public void cleanAndAnnounce(String dataset) {
        clean.clean(dataset);
        publish(
                new DatasetCleaned(
                        dataset,
                        dataset,
                        new RecipeReference("none", "0".repeat(64)),
                        new RowCounts(120, 100, 15, 5)));
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
        return send(HttpRequest.newBuilder(URI.create(url() + path)).GET());
    }

    /** POST of JSON. */
    public Answer post(String path, String json) {
        return send(
                HttpRequest.newBuilder(URI.create(url() + path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    // Kafka.

    /** Publishes an event. */
    public void publish(Event event) {
        publish(KafkaEvents.record(EventEnvelope.of(URI.create("/test"), event)));
    }

    /** Publishes a record. */
    public void publish(ProducerRecord<String, byte[]> record) {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            producer.send(record);
            producer.flush();
        }
    }

    /** Events of a topic that are of a kind, in order. */
    public <E extends Event> List<E> events(String topic, Class<E> kind) {
        return records(topic).stream()
                .map(record -> KafkaEvents.read(record).event())
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    /** All committed records of a topic. */
    public List<ConsumerRecord<String, byte[]>> records(String topic) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers", kafka.bootstrapServers(),
                                "isolation.level", "read_committed",
                                "enable.auto.commit", "false"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (PartitionInfo partition : consumer.partitionsFor(topic)) {
                partitions.add(new TopicPartition(topic, partition.partition()));
            }
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
        ingest.close();
        clean.close();
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
        Map<String, String> environment = builder.environment();
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("QUARKUS_DATASOURCE_JDBC_URL", postgres.jdbcUrl(DATABASE));
        environment.put("QUARKUS_DATASOURCE_USERNAME", postgres.user());
        environment.put("QUARKUS_DATASOURCE_PASSWORD", postgres.password());
        environment.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        environment.put("LORAMILL_ARTIFACTS_DIRECTORY", directory.resolve("artifacts").toString());
        environment.put("LORAMILL_BASES_CATALOGUE", directory.resolve("bases.json").toString());
        environment.put("LORAMILL_INGEST_URL", ingest.url());
        environment.put("LORAMILL_CLEAN_URL", clean.url());
        environment.put("LORAMILL_TRAIN_LEASE_DURATION", LEASE.toSeconds() + "s");
        environment.put("LORAMILL_TRAIN_SCHEDULE_INTERVAL", "200ms");
        environment.put("LORAMILL_TRAIN_SCHEDULE_PREPARATION_INTERVAL", "1s");
        environment.put("LORAMILL_TRAIN_SCHEDULE_RETRY_DELAY", "200ms");
        environment.put("LORAMILL_TRAIN_SCHEDULE_MAX_ATTEMPTS", "3");
        Path log = Path.of("target/train-it.log");
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

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
