package dev.loramill.train.stack;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptCancelled;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.TrainingAssignment;
import dev.loramill.events.WorkerHeartbeat;
import dev.loramill.events.authority.SharedSecret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A worker that speaks only Kafka and does what its test says: it beats, and takes the newest
 * assignment as running.
 */
public final class ScriptedWorker implements AutoCloseable {
    private static final Duration BEAT = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TrainStack stack;
    private final String id;
    private final long incarnation = 1;
    private final KafkaProducer<String, byte[]> producer;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private volatile @Nullable AttemptReference running;
    private final AtomicLong signs = new AtomicLong();
    private final AtomicLong beats = new AtomicLong();
    private final SharedSecret secret;
    private volatile LongSupplier progress = signs::incrementAndGet;

    ScriptedWorker(TrainStack stack, String id, String bootstrapServers, SharedSecret secret) {
        this.secret = secret;
        this.stack = stack;
        this.id = id;
        this.producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrapServers, "acks", "all"),
                        new StringSerializer(),
                        new ByteArraySerializer());
        var unused =
                timer.scheduleAtFixedRate(this::beat, 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Id of the worker. */
    public String id() {
        return id;
    }

    /** Waits for an assignment of a job's attempt, and runs it from then on. */
    public AttemptAssigned awaitAssignment(String jobId, int attempt) {
        AttemptAssigned assigned =
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        assignments(AttemptAssigned.class).stream()
                                                .filter(event ->
                                                        event.attempt().jobId().equals(jobId))
                                                .filter(event ->
                                                        event.attempt().attempt() == attempt)
                                                .findFirst(),
                                Optional::isPresent)
                        .orElseThrow();
        running = assigned.attempt();
        return assigned;
    }

    /** Waits until it is told to stop an attempt. */
    public AttemptCancelled awaitCancellation(AttemptReference attempt) {
        return await().atMost(PATIENCE)
                .until(
                        () ->
                                assignments(AttemptCancelled.class).stream()
                                        .filter(event -> event.attempt().equals(attempt))
                                        .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Waits until the service has heard that it runs something. */
    public void awaitBusy() {
        await().atMost(PATIENCE).until(() -> state().equals("busy"));
    }

    /** What it was told so far, of a kind. */
    public <E extends TrainingAssignment> List<E> assignments(Class<E> kind) {
        List<E> mine = new ArrayList<>();
        for (E assignment : stack.assignments(kind)) {
            if (assignment.attempt().workerId().equals(id)) {
                mine.add(assignment);
            }
        }
        return mine;
    }

    /** Reports, in order, and waits until Kafka has it. */
    public void report(Event... events) {
        for (Event event : events) {
            ProducerRecord<String, byte[]> record =
                    KafkaEvents.record(
                            EventEnvelope.of(URI.create("/loramill/worker/" + id), event));
            secret.sign(record);
            producer.send(record);
        }
        producer.flush();
    }

    /** Says that it runs something, or nothing. */
    public void run(@Nullable AttemptReference attempt) {
        running = attempt;
    }

    /** Goes on beating, and does nothing any more. */
    public void hang() {
        progress = signs::get;
    }

    /** Falls silent; reports can still come from it. */
    public void silence() {
        timer.shutdownNow();
        await().atMost(PATIENCE).until(timer::isTerminated);
    }

    /** Falls silent in a way that no later test's job is given to it. */
    @Override
    public void close() {
        silence();
        running = new AttemptReference("ftjob-of-a-closed-worker", 1, 1, id);
        beat();
        await().atMost(PATIENCE).until(() -> !state().equals("free"));
        producer.close(Duration.ofSeconds(5));
    }

    private String state() {
        for (JsonNode worker : stack.get("/v1/workers").json().path("data")) {
            if (worker.path("id").asText().equals(id)) {
                return worker.path("state").asText();
            }
        }
        return "unknown";
    }

    private void beat() {
        report(
                new WorkerHeartbeat(
                        id,
                        incarnation,
                        "cpu",
                        1L << 30,
                        running,
                        Instant.now(),
                        "directory-of-" + id,
                        progress.getAsLong(),
                        beats.incrementAndGet()));
    }
}
