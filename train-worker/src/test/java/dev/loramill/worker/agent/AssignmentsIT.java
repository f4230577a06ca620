package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.AttemptFailed;
import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.Topics;
import dev.loramill.events.TrainingEvent;
import dev.loramill.events.TrainingProgressed;
import dev.loramill.events.WorkerHeartbeat;
import dev.loramill.stack.HttpTestClient;
import dev.loramill.stack.Topic;
import dev.loramill.topics.TopicSetup;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The worker on a real broker; its trainer and artifacts are not there. */
@QuarkusTest
@QuarkusTestResource(value = BrokerWorker.class, restrictToAnnotatedClass = true)
@SuppressWarnings("NullAway.Init") // the broker is injected
class AssignmentsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Each assignment has a later epoch than the last, as the scheduler gives them. */
    private static final AtomicLong EPOCHS = new AtomicLong(1);

    BrokerWorker.BrokerControl broker;
    @Inject Reporter reporter;
    private HttpTestClient http;

    @BeforeEach
    void open() {
        http = new HttpTestClient(ConfigProvider.getConfig().getValue("test.url", URI.class));
        awaitReady();
    }

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void anAssignmentIsTakenOnceAndRememberedButNoneFromBeforeTheWorkerWas() throws Exception {
        await().atMost(PATIENCE).until(() -> beats() > 0);

        long epoch = assign("job-taken");

        AttemptFailed failed = awaitFailed("job-taken");
        assertThat(failed.attempt().epoch()).isEqualTo(epoch);
        assertThat(failed.category()).isEqualTo(FaultCategory.MISSING);
        await().atMost(PATIENCE).until(() -> lag() == 0);
        assertThat(jobs()).containsOnlyOnce("job-taken").doesNotContain(BrokerWorker.OLD_JOB);
    }

    @Test
    void metricsTellHowFarItsConsumerIsBehindAndWhatItsProducersSent() {
        assertThat(http.get("/q/metrics").text())
                .contains(
                        "kafka_consumer_fetch_manager_records_lag_max{client_id=\"kafka-consumer-assignments\"",
                        "kafka_consumer_fetch_manager_records_consumed_total{client_id=\"kafka-consumer-assignments\"",
                        "kafka_producer_record_send_total{client_id=\"kafka-producer-heartbeats\"",
                        "kafka_producer_record_send_total{client_id=\"kafka-producer-training-events\"");
    }

    @Test
    void goesOnAfterTheBrokerWasAway() throws Exception {
        broker.stop().run();
        await().atMost(PATIENCE).until(() -> http.get("/q/health/ready").status() == 503);
        assertThat(http.get("/q/health/live").status()).isEqualTo(200);
        broker.restart().run();

        assign("job-after");

        awaitFailed("job-after");
        awaitReady();
        long before = beats();
        await().atMost(PATIENCE).until(() -> beats() > before);
    }

    @Test
    void reportsInOrderWhatAnAttemptDidWhileTheBrokerWasAway() throws Exception {
        AttemptReference attempt = Assignments.of("job-away", 1).attempt();
        List<Integer> steps = IntStream.rangeClosed(1, 300).boxed().toList();
        reporter.reportAndWait(progressed(attempt, steps.getFirst()));
        broker.stop().run();
        await().atMost(PATIENCE).until(() -> http.get("/q/health/ready").status() == 503);
        steps.stream().skip(1).forEach(step -> reporter.report(progressed(attempt, step)));
        FutureTask<@Nullable Void> end =
                new FutureTask<>(() -> {
                    reporter.reportAndWait(
                            new AttemptFailed(attempt, FaultCategory.INTERNAL, "it crashed"));
                    return null;
                });
        Thread.ofPlatform().start(end);
        assertThatThrownBy(() -> end.get(3, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);

        broker.restart().run();

        end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(topic(Topics.TRAINING_EVENTS).events(TrainingEvent.class))
                .filteredOn(event -> event.attempt().equals(attempt))
                .last()
                .isInstanceOf(AttemptFailed.class);
        assertThat(topic(Topics.TRAINING_EVENTS).events(TrainingProgressed.class))
                .filteredOn(event -> event.attempt().equals(attempt))
                .extracting(TrainingProgressed::step)
                .containsExactlyElementsOf(steps);
    }

    private static TrainingProgressed progressed(AttemptReference attempt, int step) {
        return new TrainingProgressed(attempt, step, 300, 1, 0.001, 100, step, 1, 1);
    }

    @Test
    void isSilentAndAliveWhileNothingCanReachIt() throws Exception {
        await().atMost(PATIENCE).until(() -> beats() > 0);
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(Topics.TRAINING_ASSIGNMENTS)).all().get();
            await().atMost(PATIENCE)
                    .until(() -> http.get("/q/health/ready").text().contains("not read yet"));
            assertThat(http.get("/q/health/live").status()).isEqualTo(200);
            // One may have been on its way.
            await().during(Duration.ofSeconds(4))
                    .atMost(PATIENCE)
                    .until(this::beats, new Same()::as);

            new TopicSetup(admin).apply();
        }
        long before = beats();
        await().atMost(PATIENCE).until(() -> beats() > before);
        assign("job-heard");
        awaitFailed("job-heard");
    }

    /** Whether a number is the one before. */
    private static final class Same {
        private long before = -1;

        boolean as(long now) {
            boolean isSame = now == before;
            before = now;
            return isSame;
        }
    }

    private void awaitReady() {
        await().atMost(PATIENCE).until(() -> http.get("/q/health/ready").status() == 200);
    }

    /** Returns the epoch of the assignment. */
    private long assign(String job) throws Exception {
        long epoch = EPOCHS.incrementAndGet();
        try (Producer<String, byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers()),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            assertThat(producer.send(BrokerWorker.record(job, epoch)).get().hasOffset()).isTrue();
        }
        return epoch;
    }

    private AttemptFailed awaitFailed(String job) {
        await().atMost(PATIENCE).until(() -> jobs().contains(job));
        return failures().stream()
                .filter(failed -> failed.attempt().jobId().equals(job))
                .findFirst()
                .orElseThrow();
    }

    private List<String> jobs() {
        return failures().stream().map(failed -> failed.attempt().jobId()).toList();
    }

    private List<AttemptFailed> failures() {
        return topic(Topics.TRAINING_EVENTS).events(AttemptFailed.class);
    }

    private long beats() {
        return topic(Topics.WORKERS).events(WorkerHeartbeat.class).stream()
                .filter(beat -> beat.workerId().equals(BrokerWorker.ID))
                .count();
    }

    /** How many assignments the worker's group has not remembered as taken. */
    private long lag() throws Exception {
        try (Admin admin = admin()) {
            long next =
                    admin
                            .listConsumerGroupOffsets(group(admin))
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .values()
                            .stream()
                            .mapToLong(OffsetAndMetadata::offset)
                            .sum();
            return topic(Topics.TRAINING_ASSIGNMENTS).recordCount() - next;
        }
    }

    /** The one group of the worker's id; the rest of its name is drawn. */
    private static String group(Admin admin) throws Exception {
        return admin.listGroups().all().get().stream()
                .map(GroupListing::groupId)
                .filter(id -> id.startsWith("loramill-worker-" + BrokerWorker.ID + "-"))
                .findFirst()
                .orElseThrow();
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private Topic topic(String name) {
        return new Topic(broker.bootstrapServers(), name);
    }
}
