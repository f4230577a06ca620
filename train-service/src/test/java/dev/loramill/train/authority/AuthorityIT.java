package dev.loramill.train.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptFailed;
import dev.loramill.events.AttemptFinished;
import dev.loramill.events.Topics;
import dev.loramill.events.authority.PublicKeys;
import dev.loramill.events.authority.SharedSecret;
import dev.loramill.train.stack.Reports;
import dev.loramill.train.stack.ScriptedWorker;
import dev.loramill.train.stack.SharedTrainStack;
import dev.loramill.train.stack.TrainStack;
import dev.loramill.train.stack.WorkerSecret;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedTrainStack.class)
class AuthorityIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TrainStack stack;

    AuthorityIT(TrainStack stack) {
        this.stack = stack;
    }

    @Test
    void aWorkerWithoutTheSecretIsGivenNoJobAndFinishesNone() {
        try (ScriptedWorker impostor = stack.impostor()) {
            String job = stack.createJob();
            stack.awaitJob(job, "queued");
            long beats = stack.recordCount(Topics.WORKERS);
            await().atMost(PATIENCE).until(() -> stack.recordCount(Topics.WORKERS) > beats + 10);
            assertThat(stack.job(job).path("status").asText()).isEqualTo("queued");

            try (ScriptedWorker worker = stack.worker()) {
                AttemptAssigned assigned = worker.awaitAssignment(job, 1);
                Reports reports = new Reports(stack, assigned);
                AttemptFinished honest = reports.finished("adapter of " + job);
                impostor.report(
                        reports.failed(AttemptFailed.FaultCategory.INVALID_INPUT, "by another"),
                        reports.finished("adapter of an impostor of " + job));
                worker.report(reports.started(0), honest);

                stack.awaitJob(job, "succeeded");
                await().atMost(PATIENCE).until(() -> !stack.announcements(job).isEmpty());
                assertThat(stack.announcements(job))
                        .extracting(AdapterAnnounced::adapterId)
                        .containsExactly(honest.adapter().sha256());
            }
            assertThat(impostor.assignments(AttemptAssigned.class)).isEmpty();
            assertThat(stack.get("/v1/workers").text()).doesNotContain(impostor.id());
            assertThat(records(Topics.deadLetters(Topics.TRAINING_EVENTS), job)).hasSize(2);
        }
    }

    @Test
    void announcementsAndAssignmentsAreSigned() throws IOException {
        String job = stack.createJob();
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(job, 1);
            worker.report(new Reports(stack, assigned).finished("signed adapter of " + job));
            stack.awaitJob(job, "succeeded");
            await().atMost(PATIENCE).until(() -> !stack.announcements(job).isEmpty());

            AdapterAnnounced announced = stack.announcements(job).getFirst();
            PublicKeys keys = stack.publicKeys();
            assertThat(records(Topics.ADAPTERS, announced.adapterId()))
                    .isNotEmpty()
                    .allSatisfy(record -> assertThat(keys.fault(record)).isEmpty());
            SharedSecret secret = WorkerSecret.get();
            assertThat(records(Topics.TRAINING_ASSIGNMENTS, worker.id()))
                    .isNotEmpty()
                    .allSatisfy(record -> assertThat(secret.fault(record)).isEmpty());
        }
    }

    private List<ConsumerRecord<String, byte[]>> records(String topic, String key) {
        return stack.records(topic).stream().filter(record -> key.equals(record.key())).toList();
    }
}
