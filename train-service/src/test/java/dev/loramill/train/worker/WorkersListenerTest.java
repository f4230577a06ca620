package dev.loramill.train.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.AttemptReference;
import dev.loramill.events.Topics;
import dev.loramill.events.WorkerHeartbeat;
import dev.loramill.events.authority.RecordSignature;
import dev.loramill.events.authority.SharedSecret;
import dev.loramill.train.stack.Delivery;
import dev.loramill.train.stack.Samples;
import dev.loramill.train.stack.TrainDatabase;
import dev.loramill.train.stack.WorkerSecret;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrainDatabase.class)
class WorkersListenerTest {
    private static final AttemptReference ATTEMPT =
            new AttemptReference("ftjob-none", 1, 77, "worker-a");

    private static final AttemptReference ATTEMPT_OF_C =
            new AttemptReference("ftjob-none", 1, 78, "worker-c");
    private static final AttemptReference ATTEMPT_OF_D =
            new AttemptReference("ftjob-none", 1, 79, "worker-d");
    private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

    @Inject @Any InMemoryConnector connector;
    @Inject EntityManager database;
    @Inject WorkerRepository workers;

    @Test
    void heartbeatOfAProcessThatANewerOneHasReplacedIsPassedOver() {
        connector
                .source("workers")
                .send(
                        new Delivery(Topics.WORKERS, 0)
                                .event(heartbeat("worker-a", 2, ATTEMPT))
                                .event(heartbeat("worker-a", 1, null))
                                .event(heartbeat("worker-b", 1, null))
                                .records());

        await().until(() -> ids(() -> workers.all()).contains("worker-b"));
        Worker first = QuarkusTransaction.requiringNew().call(() -> workers.findById("worker-a"));
        assertThat(first.incarnation()).isEqualTo(2);
        assertThat(first.running()).isEqualTo(ATTEMPT);
        assertThat(first.heardBusyWith(77)).isPresent();
        assertThat(first.heardBusyWith(78)).isEmpty();
        assertThat(ids(() -> workers.free(Instant.EPOCH)))
                .contains("worker-b")
                .doesNotContain("worker-a");
        assertThat(ids(() -> workers.strays(Instant.now()))).contains("worker-a");
        QuarkusTransaction.requiringNew().run(() -> workers.recalled(ATTEMPT));
        assertThat(ids(() -> workers.strays(Instant.now()))).doesNotContain("worker-a");
    }

    @Test
    void aSecondLiveWorkerOfOneIdIsToldApartAndGetsNoWork() {
        connector
                .source("workers")
                .send(
                        new Delivery(Topics.WORKERS, 2)
                                .event(heartbeat("worker-c", 7, null, "first", 1))
                                .event(heartbeat("worker-c", 8, null, "second", 1))
                                .event(heartbeat("worker-c", 7, ATTEMPT_OF_C, "first", 2))
                                .event(heartbeat("worker-c", 9, null, "second", 3))
                                .records());

        await().until(() -> find("worker-c").running() != null);
        await().until(() -> find("worker-c").rivalHeardAt().isPresent());
        assertThat(find("worker-c").instance()).isEqualTo("first");
        assertThat(find("worker-c").running()).isEqualTo(ATTEMPT_OF_C);
        QuarkusTransaction.requiringNew()
                .run(() ->
                        database.createNativeQuery(
                                        "UPDATE worker SET heard_at = '2026-01-01' WHERE id = 'worker-c'")
                                .executeUpdate());

        connector
                .source("workers")
                .send(
                        new Delivery(Topics.WORKERS, 4)
                                .event(heartbeat("worker-c", 1, null, "third", 1))
                                .records());

        await().untilAsserted(() -> assertThat(find("worker-c").instance()).isEqualTo("third"));
        assertThat(find("worker-c").incarnation()).isEqualTo(1);
    }

    @Test
    void whatAWorkerRunsMovesOnWithItsProgressAndNotWithItsHeartbeats() {
        connector
                .source("workers")
                .send(
                        new Delivery(Topics.WORKERS, 5)
                                .event(heartbeat("worker-d", 1, ATTEMPT_OF_D, "d", 3))
                                .records());
        await().until(() -> find("worker-d").running() != null);
        QuarkusTransaction.requiringNew()
                .run(() ->
                        database.createNativeQuery(
                                        "UPDATE worker SET progressed_at = '2026-01-01', heard_at ="
                                                + " '2026-01-01' WHERE id = 'worker-d'")
                                .executeUpdate());

        connector
                .source("workers")
                .send(
                        new Delivery(Topics.WORKERS, 6)
                                .event(heartbeat("worker-d", 1, ATTEMPT_OF_D, "d", 3))
                                .records());

        await().until(() -> find("worker-d").heardAt().isAfter(LONG_AGO));
        assertThat(find("worker-d").progressedWith(79)).contains(LONG_AGO);
        assertThat(find("worker-d").progressedWith(80)).isEmpty();
        connector
                .source("workers")
                .send(
                        new Delivery(Topics.WORKERS, 7)
                                .event(heartbeat("worker-d", 1, ATTEMPT_OF_D, "d", 4))
                                .records());
        await().until(() -> find("worker-d").progressedWith(79).orElseThrow().isAfter(LONG_AGO));
    }

    @Test
    void whoDoesNotHaveTheSecretIsNotHeardInAnyName() {
        Delivery delivery = new Delivery(Topics.WORKERS, 8);
        ProducerRecord<String, byte[]> wrong = delivery.sent(heartbeat("worker-f", 1, null));
        SharedSecret.random().sign(wrong);
        ProducerRecord<String, byte[]> known = delivery.sent(heartbeat("worker-g", 1, null));
        WorkerSecret.get().sign(known);
        ProducerRecord<String, byte[]> borrowed = delivery.sent(heartbeat("worker-h", 1, null));
        borrowed.headers().add(known.headers().lastHeader(RecordSignature.HEADER));

        connector
                .source("workers")
                .send(
                        delivery.record(delivery.sent(heartbeat("worker-e", 1, null)))
                                .record(wrong)
                                .record(borrowed)
                                // In the name of one that is registered, after it.
                                .record(known)
                                .record(
                                        delivery.sent(
                                                heartbeat("worker-g", 9, ATTEMPT, "other", 1)))
                                .event(heartbeat("worker-i", 1, null))
                                .records());

        await().until(() -> ids(() -> workers.all()).contains("worker-i"));
        assertThat(ids(() -> workers.all()))
                .contains("worker-g")
                .doesNotContain("worker-e", "worker-f", "worker-h");
        assertThat(find("worker-g").incarnation()).isEqualTo(1);
        assertThat(find("worker-g").running()).isNull();
    }

    @Test
    void aHeartbeatThatIsSentAgainKeepsNobodyAlive() {
        connector
                .source("workers")
                .send(
                        new Delivery(Topics.WORKERS, 9)
                                .event(counted("worker-j", 1, 1L))
                                .event(counted("worker-j", 1, 2L))
                                .records());
        await().until(() -> ids(() -> workers.all()).contains("worker-j"));
        QuarkusTransaction.requiringNew()
                .run(() ->
                        database.createNativeQuery(
                                        "UPDATE worker SET heard_at = '2026-01-01' WHERE id = 'worker-j'")
                                .executeUpdate());

        connector
                .source("workers")
                .send(
                        new Delivery(Topics.WORKERS, 10)
                                .event(counted("worker-j", 1, 2L))
                                .event(counted("worker-j", 1, 1L))
                                .event(counted("worker-k", 1, 1L))
                                .records());
        await().until(() -> ids(() -> workers.all()).contains("worker-k"));
        assertThat(find("worker-j").heardAt()).isEqualTo(LONG_AGO);

        connector
                .source("workers")
                .send(new Delivery(Topics.WORKERS, 11).event(counted("worker-j", 1, 3L)).records());
        await().until(() -> find("worker-j").heardAt().isAfter(LONG_AGO));
    }

    private Worker find(String id) {
        return QuarkusTransaction.requiringNew()
                .call(() -> workers.findByIdOptional(id).orElseGet(Worker::new));
    }

    private static List<String> ids(Supplier<List<Worker>> workers) {
        return QuarkusTransaction.requiringNew()
                .call(() -> workers.get().stream().map(Worker::id).toList());
    }

    private static WorkerHeartbeat heartbeat(
            String worker, long incarnation, @Nullable AttemptReference running) {
        return new WorkerHeartbeat(
                worker, incarnation, "cpu", 1L << 30, running, Samples.CREATED, "a", null, null);
    }

    private static WorkerHeartbeat heartbeat(
            String worker,
            long incarnation,
            @Nullable AttemptReference running,
            String instance,
            long progress) {
        return new WorkerHeartbeat(
                worker,
                incarnation,
                "cpu",
                1L << 30,
                running,
                Samples.CREATED,
                instance,
                progress,
                null);
    }

    private static WorkerHeartbeat counted(String worker, long incarnation, long beat) {
        return new WorkerHeartbeat(
                worker, incarnation, "cpu", 1L << 30, null, Samples.CREATED, "a", null, beat);
    }
}
