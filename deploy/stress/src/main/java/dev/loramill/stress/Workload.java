package dev.loramill.stress;

import dev.loramill.events.Topics;
import dev.loramill.local.launch.Service;
import dev.loramill.stress.History.Answer;
import dev.loramill.stress.History.Door;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Clients of the chain: producers of rows by HTTP, Kafka and files, people who open, seal and
 * freeze datasets, and jobs. They write down what they were told.
 */
final class Workload implements AutoCloseable {
    private static final int HTTP_WRITERS = 3;
    private static final int OPEN_DATASETS = 4;
    private static final int MOST_ROWS = 5;
    private static final int MOST_FILE_ROWS = 150;
    private static final int MOST_TRIES = 8;
    private static final int MOST_IN_FLIGHT = 100;
    private static final int MOST_STEPS = 2;

    private final ChainGround ground;
    private final History history;
    private final long seed;
    private final Http http = new Http();
    private final AtomicInteger rows = new AtomicInteger();
    private final AtomicInteger names = new AtomicInteger();
    private final List<String> open = new ArrayList<>();
    private final Deque<String> sealed = new ArrayDeque<>();
    private final ConcurrentLinkedQueue<String> toFreeze = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable String> version = new AtomicReference<>();
    private final Map<String, Long> firstSealRequests = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Semaphore inFlight = new Semaphore(MOST_IN_FLIGHT);
    private final Producer<String, byte[]> producer;
    private volatile boolean isDone;

    Workload(ChainGround ground, History history, long seed) {
        this.ground = ground;
        this.history = history;
        this.seed = seed;
        this.producer = producer(ground.proxiedBootstrapServers());
    }

    private static Producer<String, byte[]> producer(String bootstrapServers) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrapServers);
        config.put("acks", "all");
        config.put("enable.idempotence", true);
        config.put("request.timeout.ms", 5_000);
        config.put("delivery.timeout.ms", 20_000);
        config.put("max.block.ms", 5_000L);
        config.put("linger.ms", 5);
        config.put("reconnect.backoff.max.ms", 1_000L);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    /** Begins; faults may come from now on. */
    void start() {
        for (int writer = 0; writer < HTTP_WRITERS; writer++) {
            Random random = random();
            run("http-writer-" + writer, () -> sendBatch(random));
        }
        Random kafka = random();
        run("kafka-writer", () -> sendRecord(kafka));
        Random files = random();
        run("file-writer", () -> sendFile(files));
        Random life = random();
        run("datasets", () -> openOrSeal(life));
        Random freezes = random();
        run("freezes", () -> freeze(freezes));
        run("jobs", this::createJob);
    }

    private Random random() {
        return new Random(seed * 31 + threads.size());
    }

    /** One turn of a client, again and again. */
    private interface Turn {
        void take() throws InterruptedException;
    }

    private void run(String name, Turn turn) {
        threads.add(
                Thread.ofPlatform()
                        .name(name)
                        .daemon()
                        .start(() -> {
                            try {
                                while (!isDone) {
                                    turn.take();
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        }));
    }

    /** Rows that were sent so far. */
    int rowsSent() {
        return rows.get();
    }

    /** Sends nothing more, and waits for what is under way. */
    void stop() throws InterruptedException {
        isDone = true;
        for (Thread thread : threads) {
            thread.join();
        }
        producer.flush();
        inFlight.acquire(MOST_IN_FLIGHT);
        inFlight.release(MOST_IN_FLIGHT);
    }

    /** Seals what is open, when no fault comes any more; gives up at a time. */
    void sealAll(long deadlineNanos) throws InterruptedException {
        List<String> left;
        synchronized (open) {
            left = List.copyOf(open);
            open.clear();
        }
        for (String dataset : left) {
            seal(dataset, deadlineNanos);
        }
    }

    // Rows.

    private void sendBatch(Random random) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(100 + random.nextInt(400));
        String dataset = anyDataset(random);
        if (dataset == null) {
            return;
        }
        List<String> batch = newRows(1 + random.nextInt(MOST_ROWS));
        String body =
                batch.stream().map(row -> line(row, random)).collect(Collectors.joining("\n"));
        long begun = System.nanoTime();
        Answer answer =
                insist(() ->
                        http.post(
                                any(Service.INGEST, random),
                                "/v1/datasets/%s/rows".formatted(dataset),
                                Map.of(
                                        "Content-Type",
                                        "application/x-ndjson",
                                        "Idempotency-Key",
                                        batch.getFirst()),
                                body));
        history.add(
                new History.Submission(
                        dataset, Door.HTTP, batch, begun, System.nanoTime(), answer));
    }

    private void sendRecord(Random random) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(30 + random.nextInt(200));
        String dataset = anyDataset(random);
        if (dataset == null) {
            return;
        }
        List<String> row = newRows(1);
        byte[] value =
                "{\"dataset\":\"%s\",\"row\":%s}"
                        .formatted(dataset, line(row.getFirst(), random))
                        .getBytes(StandardCharsets.UTF_8);
        inFlight.acquire();
        long begun = System.nanoTime();
        try {
            Future<RecordMetadata> _ =
                    producer.send(
                            new ProducerRecord<>(Topics.ROWS_SUBMITTED, value),
                            (_, fault) -> sent(dataset, row, begun, fault == null));
        } catch (KafkaException e) {
            sent(dataset, row, begun, false);
        }
    }

    private void sent(String dataset, List<String> row, long begun, boolean isAcknowledged) {
        history.add(
                new History.Submission(
                        dataset,
                        Door.KAFKA,
                        row,
                        begun,
                        System.nanoTime(),
                        isAcknowledged ? Answer.ACCEPTED : Answer.UNKNOWN));
        inFlight.release();
    }

    private void sendFile(Random random) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(2_000 + random.nextInt(6_000));
        List<String> all = newRows(20 + random.nextInt(MOST_FILE_ROWS));
        String body = all.stream().map(row -> line(row, random)).collect(Collectors.joining("\n"));
        AtomicReference<String> file = new AtomicReference<>("");
        long begun = System.nanoTime();
        Answer uploaded =
                insist(() -> {
                    Http.Reply reply = upload(any(Service.INGEST, random), body);
                    if (reply.isOk()) {
                        file.set(reply.body().path("id").asText());
                    }
                    return reply;
                });
        if (uploaded != Answer.ACCEPTED) {
            return;
        }
        String dataset = newDataset();
        Answer answer =
                insist(() ->
                        http.postJson(
                                any(Service.INGEST, random),
                                "/v1/datasets",
                                Map.of("id", dataset, "file", file.get())));
        history.add(
                new History.Submission(dataset, Door.FILE, all, begun, System.nanoTime(), answer));
    }

    private Http.Reply upload(Node node, String rows) throws InterruptedException {
        String boundary = "loramill-stress-" + rows.hashCode();
        String form =
                """
                --%1$s\r
                Content-Disposition: form-data; name="purpose"\r
                \r
                fine-tune\r
                --%1$s\r
                Content-Disposition: form-data; name="file"; filename="rows.jsonl"\r
                Content-Type: application/jsonl\r
                \r
                %2$s\r
                --%1$s--\r
                """
                        .formatted(boundary, rows);
        return http.post(
                node,
                "/v1/files",
                Map.of("Content-Type", "multipart/form-data; boundary=" + boundary),
                form);
    }

    private List<String> newRows(int count) {
        List<String> names = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            names.add("r" + rows.incrementAndGet());
        }
        return names;
    }

    /** A row that carries its name, and now and then one that no reader takes. */
    private static String line(String row, Random random) {
        return random.nextInt(20) == 0
                ? "{\"unreadable\":\"%s\"}".formatted(row)
                : """
                {"messages":[{"role":"user","content":"What helps against %1$s?"},\
                {"role":"assistant","content":"Rest, and tea of %1$s."}]}\
                """
                        .formatted(row);
    }

    // Datasets.

    private void openOrSeal(Random random) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(1_000 + random.nextInt(4_000));
        String oldest = null;
        synchronized (open) {
            if (open.size() >= OPEN_DATASETS) {
                oldest = open.getFirst();
            }
        }
        if (oldest == null) {
            String dataset = newDataset();
            Answer answer =
                    insist(() ->
                            http.postJson(
                                    any(Service.INGEST, random),
                                    "/v1/datasets",
                                    Map.of("id", dataset)));
            if (answer == Answer.ACCEPTED) {
                synchronized (open) {
                    open.add(dataset);
                }
            }
            return;
        }
        // Rows come until it is sealed, and a few behind.
        if (seal(oldest, Long.MAX_VALUE)) {
            synchronized (open) {
                open.remove(oldest);
                sealed.addLast(oldest);
                if (sealed.size() > 2) {
                    sealed.removeFirst();
                }
            }
            toFreeze.add(oldest);
        }
    }

    /** Asks until the dataset is sealed; false when the workload ends before. */
    private boolean seal(String dataset, long deadlineNanos) throws InterruptedException {
        Random random = new Random(dataset.hashCode());
        while (deadlineNanos == Long.MAX_VALUE ? !isDone : System.nanoTime() < deadlineNanos) {
            long now = System.nanoTime();
            long begun = firstSealRequests.computeIfAbsent(dataset, _ -> now);
            Http.Reply reply =
                    http.post(
                            any(Service.INGEST, random),
                            "/v1/datasets/%s/seal".formatted(dataset),
                            Map.of(),
                            "");
            if (reply.isOk()) {
                history.add(
                        new History.Sealing(
                                dataset,
                                begun,
                                System.nanoTime(),
                                reply.body().path("row_count").asLong()));
                return true;
            }
            if (isDone && reply.code().equals("empty_dataset")) {
                // It got no row and gets none any more: there is nothing to seal.
                return false;
            }
            // A request without an answer may have sealed it, and rows may be left out from then
            // on.
            if (reply.isWithoutEffect() && begun == now) {
                firstSealRequests.remove(dataset);
            }
            TimeUnit.MILLISECONDS.sleep(500);
        }
        return false;
    }

    private void freeze(Random random) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(500);
        String dataset = toFreeze.poll();
        if (dataset == null || random.nextInt(2) == 0) {
            return;
        }
        Map<String, Object> request =
                Map.of("base", ground.base(), "sample", 20, "max_tokens", 256);
        for (Node replica : ground.replicas(Service.CLEAN)) {
            for (int attempt = 0; attempt < MOST_TRIES && !isDone; attempt++) {
                Http.Reply reply =
                        http.postJson(replica, "/v1/ledgers/%s/freeze".formatted(dataset), request);
                if (reply.isOk()) {
                    String frozen = reply.body().path("version").asText();
                    history.add(new History.Freezing(dataset, replica.name(), frozen));
                    version.set(frozen);
                    break;
                }
                TimeUnit.SECONDS.sleep(2);
            }
        }
    }

    private void createJob() throws InterruptedException {
        TimeUnit.SECONDS.sleep(1);
        String rowsOfJob = version.getAndSet(null);
        if (rowsOfJob == null) {
            return;
        }
        Node train = ground.replicas(Service.TRAIN).getFirst();
        Http.Reply reply =
                http.postJson(
                        train,
                        "/v1/fine_tuning/jobs",
                        Map.of(
                                "model",
                                ground.base(),
                                "dataset",
                                rowsOfJob,
                                "lora",
                                Map.of("rank", 4, "alpha", 8),
                                "hyperparameters",
                                Map.of(
                                        "n_epochs", 1,
                                        "batch_size", 1,
                                        "max_steps", MOST_STEPS,
                                        "max_length", 256,
                                        "precision", "fp32")));
        if (!reply.isOk()) {
            return;
        }
        String job = reply.body().path("id").asText();
        history.add(new History.Training(job));
        // One at a time, so that all of them can end.
        while (!isDone && !isEnded(http.get(train, "/v1/fine_tuning/jobs/" + job))) {
            TimeUnit.SECONDS.sleep(1);
        }
    }

    static boolean isEnded(Http.Reply job) {
        return List.of("succeeded", "failed", "cancelled")
                .contains(job.body().path("status").asText());
    }

    private String newDataset() {
        return "ds-stress-" + names.incrementAndGet();
    }

    /** An open dataset, or now and then one that was sealed a moment ago. */
    private @Nullable String anyDataset(Random random) {
        synchronized (open) {
            if (!sealed.isEmpty() && random.nextInt(15) == 0) {
                return sealed.getLast();
            }
            return open.isEmpty() ? null : open.get(random.nextInt(open.size()));
        }
    }

    private Node any(Service service, Random random) {
        List<Node> replicas = ground.replicas(service);
        return replicas.get(random.nextInt(replicas.size()));
    }

    /** A request that may be sent again. */
    private interface Request {
        Http.Reply send() throws InterruptedException;
    }

    /** Sends a request until there is an answer, at most a few times. */
    private static Answer insist(Request request) throws InterruptedException {
        boolean mayHaveTakenEffect = false;
        for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
            Http.Reply reply = request.send();
            if (reply.isOk()) {
                return Answer.ACCEPTED;
            }
            if (reply.isRefusal()) {
                return mayHaveTakenEffect ? Answer.UNKNOWN : Answer.REFUSED;
            }
            mayHaveTakenEffect = true;
            TimeUnit.MILLISECONDS.sleep(500);
        }
        return Answer.UNKNOWN;
    }

    @Override
    public void close() {
        isDone = true;
        threads.forEach(Thread::interrupt);
        producer.close(Duration.ZERO);
    }
}
