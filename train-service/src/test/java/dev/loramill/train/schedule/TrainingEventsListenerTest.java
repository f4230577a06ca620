package dev.loramill.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.AttemptReference;
import dev.loramill.events.Topics;
import dev.loramill.events.TrainingCheckpointed;
import dev.loramill.events.TrainingProgressed;
import dev.loramill.events.authority.RecordSignature;
import dev.loramill.events.authority.SharedSecret;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.job.JobState;
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
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrainDatabase.class)
class TrainingEventsListenerTest {
    @Inject @Any InMemoryConnector connector;
    @Inject JobRepository jobs;
    @Inject EntityManager entities;

    @Test
    void reportThatIsDeliveredAgainIsToldToClientsOnce() {
        AttemptReference attempt = new AttemptReference("ftjob-twice", 1, 101, "worker-1");
        QuarkusTransaction.requiringNew().run(() -> jobs.persist(Samples.running(attempt)));
        Delivery delivery =
                new Delivery(Topics.TRAINING_EVENTS, 1)
                        .event(progressed(attempt, 1))
                        .event(new TrainingCheckpointed(attempt, 1, Samples.FILE));
        send(delivery);
        send(delivery.event(progressed(attempt, 2)));

        await().until(() -> messages("ftjob-twice").size() > 2);
        assertThat(messages("ftjob-twice"))
                .containsExactly(
                        "Step 1/10: training loss=2.5000",
                        "Checkpoint created at step 1",
                        "Step 2/10: training loss=2.5000");
        Job job = QuarkusTransaction.requiringNew().call(() -> jobs.findById("ftjob-twice"));
        assertThat(job.state()).isInstanceOf(JobState.Running.class);
        assertThat(job.estimatedFinish()).isNotNull();
    }

    @Test
    void reportOfAnotherEpochAndWhatIsNoReportDoNothing() {
        AttemptReference attempt = new AttemptReference("ftjob-epochs", 2, 103, "worker-1");
        AttemptReference stale = new AttemptReference("ftjob-epochs", 1, 102, "worker-2");
        QuarkusTransaction.requiringNew()
                .run(() ->
                        jobs.persist(
                                Samples.running(
                                        new AttemptReference("ftjob-epochs", 1, 103, "worker-1"))));
        send(
                new Delivery(Topics.TRAINING_EVENTS, 2)
                        .event(progressed(stale, 1))
                        .noise("no event")
                        .event(
                                progressed(
                                        new AttemptReference("ftjob-epochs", 1, 103, "worker-1"),
                                        7))
                        .event(progressed(attempt, 8)));

        await().until(() -> !messages("ftjob-epochs").isEmpty());
        assertThat(messages("ftjob-epochs")).containsExactly("Step 7/10: training loss=2.5000");
        assertThat(
                        query(
                                "SELECT convert_from(value, 'UTF8') FROM outbox WHERE topic = ?1 AND record_key = 'noise'",
                                Topics.deadLetters(Topics.TRAINING_EVENTS)))
                .containsExactly("no event");
    }

    @Test
    void whoDoesNotHaveTheSecretReportsNothingThoughHeKnowsTheAttempt() {
        AttemptReference attempt = new AttemptReference("ftjob-forged", 1, 104, "worker-1");
        QuarkusTransaction.requiringNew().run(() -> jobs.persist(Samples.running(attempt)));
        Delivery delivery = new Delivery(Topics.TRAINING_EVENTS, 3);
        ProducerRecord<String, byte[]> wrong = delivery.sent(progressed(attempt, 2));
        SharedSecret.random().sign(wrong);
        ProducerRecord<String, byte[]> honest = delivery.sent(progressed(attempt, 4));
        WorkerSecret.get().sign(honest);
        ProducerRecord<String, byte[]> changed = delivery.sent(progressed(attempt, 3));
        changed.headers().add(honest.headers().lastHeader(RecordSignature.HEADER));
        send(
                delivery.record(delivery.sent(progressed(attempt, 1)))
                        .record(wrong)
                        .record(changed)
                        .record(honest));

        await().until(() -> !messages("ftjob-forged").isEmpty());
        assertThat(messages("ftjob-forged")).containsExactly("Step 4/10: training loss=2.5000");
        assertThat(
                        query(
                                "SELECT headers FROM outbox WHERE topic = ?1 AND record_key = convert_to('ftjob-forged', 'UTF8')",
                                Topics.deadLetters(Topics.TRAINING_EVENTS)))
                .hasSize(3);
    }

    private static TrainingProgressed progressed(AttemptReference attempt, int step) {
        return new TrainingProgressed(attempt, step, 10, 2.5, 2e-4, 100, 1_000, 1L << 30, 5);
    }

    private void send(Delivery delivery) {
        connector.source("training-events").send(delivery.records());
    }

    private List<String> messages(String jobId) {
        return query("SELECT message FROM job_event WHERE job_id = ?1 ORDER BY number", jobId);
    }

    private List<String> query(String sql, String parameter) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        entities
                                .createNativeQuery(sql, String.class)
                                .setParameter(1, parameter)
                                .getResultList()
                                .stream()
                                .map(String::valueOf)
                                .toList());
    }
}
