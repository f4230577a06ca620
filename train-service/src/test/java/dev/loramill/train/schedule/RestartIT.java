package dev.loramill.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.FreezeRequest;
import dev.loramill.train.stack.Reports;
import dev.loramill.train.stack.ScriptedWorker;
import dev.loramill.train.stack.SharedTrainStack;
import dev.loramill.train.stack.TrainStack;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedTrainStack.class)
class RestartIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final TrainStack stack;

    RestartIT(TrainStack stack) {
        this.stack = stack;
    }

    @Test
    void jobOnAFileSucceedsOnceThoughTheServiceIsKilledInEveryState() throws Exception {
        String file = stack.unique("file");
        stack.ingest().hold(file, TrainStack.digest(file), "fine-tune");
        String job =
                stack.post(
                                "/v1/fine_tuning/jobs",
                                """
                                {"model":"%s","training_file":"%s","recipe":"medical-forum",
                                 "hyperparameters":{"n_epochs":2,"sample":100,"eval_fraction":0.2},
                                 "system_prompt":"Be kind.","seed":7}
                                """
                                        .formatted(TrainStack.BASE, file))
                        .at("/id");
        // Killed while the rows are on their way: clean has been asked, or not.
        stack.killService();
        stack.startService();
        await().atMost(PATIENCE).until(() -> stack.ingest().openedOn(file) != null);
        assertThat(stack.job(job).path("status").asText()).isEqualTo("validating_files");
        String dataset = String.valueOf(stack.ingest().openedOn(file));
        assertThat(dataset).matches("ds-[0-9a-f]{24}");

        // Cleaned while the service is away.
        stack.killService();
        stack.clean().clean(dataset);
        stack.startService();
        JsonNode queued = stack.awaitJob(job, "queued");
        assertThat(queued.path("dataset_version").asText()).hasSize(64);
        FreezeRequest freeze = Objects.requireNonNull(stack.clean().request(dataset)).request();
        assertThat(freeze.sample()).isEqualTo(100);
        assertThat(freeze.evalFraction()).isEqualTo(0.2);
        assertThat(freeze.seed()).isEqualTo(7);
        assertThat(freeze.maxTokens()).isEqualTo(512);
        assertThat(freeze.systemPrompt()).isEqualTo("Be kind.");

        // Killed while queued, and right after an attempt was leased.
        stack.killService();
        stack.startService();
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(job, 1);
            assertThat(assigned.spec().systemPrompt()).isEqualTo("Be kind.");
            assertThat(assigned.spec().hyperparameters().epochs()).isEqualTo(2);
            assertThat(assigned.spec().hyperparameters().seed()).isEqualTo(7);
            stack.killService();

            // The worker goes on for longer than a lease, and finishes, while nobody listens.
            Reports reports = new Reports(stack, assigned);
            worker.report(reports.started(0), reports.progressed(1), reports.checkpointed(1));
            await().pollDelay(TrainStack.LEASE.plusSeconds(1))
                    .atMost(PATIENCE)
                    .until(() -> stack.readiness() == 0);
            worker.report(reports.progressed(2), reports.finished("adapter of " + job));
            worker.run(null);
            stack.startService();
            stack.awaitJob(job, "succeeded");

            // Killed right after the job has ended.
            stack.killService();
            stack.startService();
            await().atMost(PATIENCE).until(() -> !stack.announcements(job).isEmpty());
        }
        assertThat(stack.announcements(job)).hasSize(1);
        assertThat(stack.assignments(AttemptAssigned.class))
                .filteredOn(assigned -> assigned.attempt().jobId().equals(job))
                .hasSize(1);
    }

    @Test
    void killsAtAnyMomentLeaveOneAdapterAndEachReportOnce() throws Exception {
        long seed = 20_261_123;
        Random random = new Random(seed);
        String job = stack.createJob();
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(job, 1);
            Reports reports = new Reports(stack, assigned);
            int step = 0;
            for (int kill = 0; kill < 3; kill++) {
                int until = step + 20 + random.nextInt(20);
                while (step < until) {
                    step++;
                    worker.report(reports.progressed(step), reports.checkpointed(step));
                }
                if (kill == 2) {
                    worker.report(reports.finished("adapter of " + job));
                    worker.run(null);
                }
                // The reports are being taken while the service dies.
                await().pollDelay(Duration.ofMillis(random.nextInt(150)))
                        .until(() -> stack.readiness() != 0);
                stack.killService();
                stack.startService();
            }
            stack.awaitJob(job, "succeeded");
            await().atMost(PATIENCE).until(() -> !stack.announcements(job).isEmpty());

            List<String> messages = stack.allMessages(job);
            for (int i = 1; i <= step; i++) {
                String progress = "Step %d/10:".formatted(i);
                assertThat(messages.stream().filter(message -> message.startsWith(progress)))
                        .as("reports of step %d, seed %d", i, seed)
                        .hasSize(1);
            }
            assertThat(stack.announcements(job))
                    .singleElement()
                    .extracting(AdapterAnnounced::adapterId)
                    .isEqualTo(TrainStack.digest("adapter of " + job));
        }
    }

    @Test
    void leaseOutlivesABrokerThatIsAwayForLonger() throws Exception {
        String job = stack.createJob();
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(job, 1);
            worker.awaitBusy();

            stack.stopKafka();
            await().atMost(PATIENCE).until(() -> stack.readiness() == 503);
            await().pollDelay(TrainStack.LEASE.plusSeconds(2))
                    .until(() -> stack.readiness() == 503);
            String status = stack.job(job).path("status").asText();
            stack.startKafka();
            stack.awaitReady();
            assertThat(status).isEqualTo("running");

            AttemptReference attempt = assigned.attempt();
            worker.report(new Reports(stack, assigned).finished("patient adapter of " + job));
            stack.awaitJob(job, "succeeded");
            assertThat(stack.assignments(AttemptAssigned.class))
                    .filteredOn(other -> other.attempt().jobId().equals(job))
                    .extracting(AttemptAssigned::attempt)
                    .containsExactly(attempt);
        }
    }

    @Test
    void databaseThatIsAwayIsToldAsSuchAndComesBack() throws Exception {
        String job = stack.createJob();
        stack.stopPostgres();
        try {
            await().atMost(PATIENCE).until(() -> stack.readiness() == 503);
            var listed = stack.get("/v1/fine_tuning/jobs");
            assertThat(listed.status()).isEqualTo(503);
            assertThat(listed.headers().firstValue("Retry-After")).isPresent();
            assertThat(stack.post("/v1/fine_tuning/jobs/" + job + "/cancel", "").status())
                    .isEqualTo(503);
        } finally {
            stack.startPostgres();
        }
        stack.awaitReady();
        assertThat(stack.post("/v1/fine_tuning/jobs/" + job + "/cancel", "").at("/status"))
                .isEqualTo("cancelled");
    }
}
