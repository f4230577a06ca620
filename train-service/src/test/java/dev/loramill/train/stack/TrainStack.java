package dev.loramill.train.stack;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.Topics;
import dev.loramill.events.TrainServeContract;
import dev.loramill.events.TrainingAssignment;
import dev.loramill.events.authority.PublicKeys;
import dev.loramill.events.authority.SharedSecret;
import dev.loramill.events.authority.SigningKey;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.stack.ServiceStack;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The packaged service, a base in its catalogue, and peers that answer for other services. */
public final class TrainStack extends ServiceStack {
    /** Id of the base that is there. */
    public static final String BASE = "tiny-base";

    /** Length of a lease here. */
    public static final Duration LEASE = Duration.ofSeconds(7);

    /** Time without progress after which a lease is over here. */
    public static final Duration PROGRESS = Duration.ofSeconds(12);

    private final IngestPeer ingest;
    private final CleanPeer clean;
    private final LocalArtifactStore artifacts;
    private final TrainServeContract contract;
    private final AtomicInteger names = new AtomicInteger();

    private TrainStack() throws IOException {
        super("train");
        this.artifacts = new LocalArtifactStore(artifacts());
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
                catalogue(),
                new BaseModel(
                        BASE, base.sha256(), base.sizeBytes(), "llama", "Q4_1", "unknown", "test"));
        this.ingest = new IngestPeer();
        this.clean = new CleanPeer(contract, bootstrapServers(), this::store, this::publish);
    }

    static TrainStack start() throws IOException {
        return start(Map.of());
    }

    /** Starts one of its own, with more variables of the service's environment. */
    public static TrainStack start(Map<String, String> more) throws IOException {
        TrainStack stack = prepare();
        stack.launch(more);
        return stack;
    }

    /** Everything but the service, whose database is empty. */
    public static TrainStack prepare() throws IOException {
        return new TrainStack();
    }

    /**
     * Starts the service for the first time and waits until it is ready.
     *
     * @param more variables of its environment, beside those that all tests need
     */
    public void launch(Map<String, String> more) throws IOException {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("LORAMILL_BASES_CATALOGUE", catalogue().toString());
        environment.put(
                "LORAMILL_TRAIN_AUTHORITY_SIGNING_KEY",
                scratch().resolve("authority/announcements.pem").toString());
        environment.put(
                "LORAMILL_TRAIN_AUTHORITY_WORKER_SECRET", WorkerSecret.in(scratch()).toString());
        environment.put("LORAMILL_INGEST_URL", ingest.url());
        environment.put("LORAMILL_CLEAN_URL", clean.url());
        environment.put("LORAMILL_TRAIN_LEASE_DURATION", LEASE.toSeconds() + "s");
        environment.put("LORAMILL_TRAIN_LEASE_PROGRESS", PROGRESS.toSeconds() + "s");
        environment.put("LORAMILL_TRAIN_SCHEDULE_INTERVAL", "1s");
        environment.put("LORAMILL_TRAIN_SCHEDULE_PREPARATION_INTERVAL", "2s");
        environment.put("LORAMILL_TRAIN_SCHEDULE_RETRY_DELAY", "200ms");
        environment.put("LORAMILL_TRAIN_SCHEDULE_MAX_ATTEMPTS", "3");
        launch(List.of(), environment);
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
        return new ScriptedWorker(this, unique("worker"), bootstrapServers(), WorkerSecret.get());
    }

    /** A worker that beats without the secret, under an id that comes before all others. */
    public ScriptedWorker impostor() {
        return new ScriptedWorker(
                this, "aaa-" + unique("impostor"), bootstrapServers(), SharedSecret.random());
    }

    /** Keys by which what the service announces is believed. */
    public PublicKeys publicKeys() throws IOException {
        return PublicKeys.in(
                List.of(SigningKey.publicFile(scratch().resolve("authority/announcements.pem"))));
    }

    // Jobs.

    /** Creates a job on a new frozen version; returns its id. */
    public String createJob() {
        return createJob(clean.freeze(unique("ds"), 512));
    }

    /** Creates a job on a frozen version; returns its id. */
    public String createJob(String version) {
        HttpAnswer answer =
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

    /** Announcements that name a job, in order, each once. */
    public List<AdapterAnnounced> announcements(String jobId) {
        return distinctEvents(Topics.ADAPTERS, AdapterAnnounced.class).stream()
                .filter(announced -> announced.jobId().equals(jobId))
                .toList();
    }

    /** Assignments of a kind, in order, each once. */
    public <E extends TrainingAssignment> List<E> assignments(Class<E> kind) {
        return distinctEvents(Topics.TRAINING_ASSIGNMENTS, kind);
    }

    @Override
    public void close() throws IOException {
        ingest.close();
        clean.close();
        super.close();
    }

    private Path catalogue() {
        return scratch().resolve("bases.json");
    }
}
