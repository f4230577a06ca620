package dev.loramill.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterAnnounced.State;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptCancelled;
import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.EventLimits;
import dev.loramill.train.stack.Reports;
import dev.loramill.train.stack.ScriptedWorker;
import dev.loramill.train.stack.SharedTrainStack;
import dev.loramill.train.stack.TrainStack;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedTrainStack.class)
class AttemptsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TrainStack stack;

    AttemptsIT(TrainStack stack) {
        this.stack = stack;
    }

    @Test
    void adapterOfASuccessfulAttemptIsAnnouncedLiveOnce() {
        String version = stack.clean().freeze(stack.unique("ds"), 256);
        String job = stack.createJob(version);
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(job, 1);
            assertThat(assigned.checkpoint()).isNull();
            assertThat(assigned.spec().baseId()).isEqualTo(TrainStack.BASE);
            assertThat(assigned.spec().base().sha256()).isEqualTo(stack.contract().baseDigest());
            assertThat(assigned.spec().contract()).isEqualTo(stack.contract());
            assertThat(assigned.spec().datasetVersion()).isEqualTo(version);
            assertThat(assigned.spec().probes()).containsExactly("Why?", "How?");
            assertThat(assigned.spec().hyperparameters().maxLength()).isEqualTo(256);

            Reports reports = new Reports(stack, assigned);
            worker.report(
                    reports.started(0),
                    reports.evaluated(0, 2.5),
                    reports.progressed(1),
                    reports.progressed(2),
                    reports.checkpointed(2),
                    reports.evaluated(10, 2.0));
            await().atMost(PATIENCE).until(() -> !stack.job(job).path("estimated_finish").isNull());
            worker.report(reports.finished("adapter of " + job));
            JsonNode done = stack.awaitJob(job, "succeeded");

            String model = done.path("fine_tuned_model").asText();
            assertThat(model).matches("ft:tiny-base:loramill:it:[0-9a-f]{16}");
            assertThat(done.path("trained_tokens").asLong()).isEqualTo(10_000);
            await().atMost(PATIENCE).until(() -> !stack.announcements(job).isEmpty());
            AdapterAnnounced announced = stack.announcements(job).getFirst();
            assertThat(announced.state()).isEqualTo(State.LIVE);
            assertThat(announced.model()).isEqualTo(model);
            assertThat(announced.contract()).isEqualTo(stack.contract());
            assertThat(announced.reasons())
                    .contains("eval loss fell from 2.5000 (base) to 2.0000 (adapter)");
            assertThat(stack.messages(job))
                    .containsSubsequence(
                            "Created fine-tuning job: " + job,
                            "Attempt 1 is given to worker \"%s\"".formatted(worker.id()),
                            "Training started on cpu: 10 steps",
                            "Base: validation loss=2.5000",
                            "Step 2/10: training loss=2.8000",
                            "Checkpoint created at step 2",
                            "New fine-tuned model created: " + model,
                            "The job has successfully completed");
        }
        assertThat(stack.announcements(job)).hasSize(1);
    }

    @Test
    void jobOfALostWorkerGoesOnFromItsCheckpointAndTheOldEpochIsIgnored() {
        String job = stack.createJob();
        try (ScriptedWorker lost = stack.worker()) {
            AttemptAssigned first = lost.awaitAssignment(job, 1);
            Reports stale = new Reports(stack, first);
            lost.report(stale.started(0), stale.progressed(4), stale.checkpointed(4));
            await().atMost(PATIENCE)
                    .until(
                            () -> stack.messages(job),
                            messages -> messages.contains("Checkpoint created at step 4"));
            lost.silence();

            try (ScriptedWorker heir = stack.worker()) {
                AttemptAssigned second = heir.awaitAssignment(job, 2);
                assertThat(second.attempt().epoch()).isGreaterThan(first.attempt().epoch());
                assertThat(second.checkpoint()).isEqualTo(stale.checkpointed(4).checkpoint());
                assertThat(second.spec()).isEqualTo(first.spec());
                lost.awaitCancellation(first.attempt());

                // The lost worker was only cut off, and tells what it did in the meantime.
                lost.report(
                        stale.progressed(9),
                        stale.checkpointed(8),
                        stale.finished("adapter of the old epoch of " + job));
                Reports reports = new Reports(stack, second);
                heir.report(reports.started(4), reports.progressed(5));
                await().atMost(PATIENCE)
                        .until(
                                () -> stack.messages(job),
                                messages -> messages.contains("Step 5/10: training loss=2.5000"));
                assertThat(stack.job(job).path("status").asText()).isEqualTo("running");
                assertThat(stack.messages(job))
                        .doesNotContain("Checkpoint created at step 8")
                        .noneMatch(message -> message.startsWith("Step 9/"))
                        .anyMatch(message -> message.endsWith("another goes on from step 4"))
                        .contains("Training goes on on cpu from step 4 of 10");

                heir.report(reports.finished("adapter of the new epoch of " + job));
                stack.awaitJob(job, "succeeded");
                await().atMost(PATIENCE).until(() -> !stack.announcements(job).isEmpty());
                assertThat(stack.announcements(job))
                        .singleElement()
                        .extracting(AdapterAnnounced::adapterId)
                        .isEqualTo(TrainStack.digest("adapter of the new epoch of " + job));
            }
        }
    }

    @Test
    void heartbeatsKeepALeaseThoughNothingElseIsReported() {
        String job = stack.createJob();
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(job, 1);

            await().pollDelay(TrainStack.LEASE.plusSeconds(3))
                    .atMost(PATIENCE)
                    .until(() -> stack.job(job).path("status").asText().equals("running"));

            assertThat(stack.messages(job)).noneMatch(message -> message.contains("is over"));
            worker.report(new Reports(stack, assigned).finished("slow adapter of " + job));
            stack.awaitJob(job, "succeeded");
        }
    }

    @Test
    void jobOfAWorkerThatBeatsAndMakesNoProgressIsGivenAway() {
        String job = stack.createJob();
        try (ScriptedWorker hanging = stack.worker()) {
            AttemptAssigned first = hanging.awaitAssignment(job, 1);
            hanging.awaitBusy();
            hanging.hang();

            try (ScriptedWorker heir = stack.worker()) {
                AttemptAssigned second = heir.awaitAssignment(job, 2);

                hanging.awaitCancellation(first.attempt());
                assertThat(stack.messages(job))
                        .anyMatch(message -> message.contains("is heard, but made no progress"));
                heir.report(new Reports(stack, second).finished("adapter of the heir of " + job));
                stack.awaitJob(job, "succeeded");
            }
        }
    }

    @Test
    void attemptThatFailedForAPassingReasonIsMadeAgainUntilTheLast() {
        String job = stack.createJob();
        try (ScriptedWorker worker = stack.worker()) {
            long epoch = 0;
            for (int attempt = 1; attempt <= 3; attempt++) {
                AttemptAssigned assigned = worker.awaitAssignment(job, attempt);
                assertThat(assigned.attempt().epoch()).isGreaterThan(epoch);
                epoch = assigned.attempt().epoch();
                worker.report(
                        new Reports(stack, assigned)
                                .failed(FaultCategory.EXTERNAL, "the store is full"));
                worker.run(null);
            }
            JsonNode failed = stack.awaitJob(job, "failed");

            assertThat(failed.at("/error/code").asText()).isEqualTo("attempts_exhausted");
            assertThat(failed.at("/error/message").asText())
                    .contains("3 attempts", "the store is full");
        }
        assertThat(stack.announcements(job)).isEmpty();
    }

    @Test
    void attemptThatCannotSucceedFailsTheJob() {
        String job = stack.createJob();
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(job, 1);
            worker.report(
                    new Reports(stack, assigned)
                            .failed(FaultCategory.INVALID_INPUT, "NaN loss at step 3"));

            JsonNode failed = stack.awaitJob(job, "failed");

            assertThat(failed.at("/error/code").asText()).isEqualTo("invalid_input");
            assertThat(failed.at("/error/message").asText()).isEqualTo("NaN loss at step 3");
            assertThat(failed.path("fine_tuned_model").isNull()).isTrue();
        }
    }

    @Test
    void adapterThatTheStoreLacksIsNotAnnounced() {
        String job = stack.createJob();
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned first = worker.awaitAssignment(job, 1);
            worker.report(
                    new Reports(stack, first)
                            .finished(new ArtifactReference("d".repeat(64), 10), 2.0));
            worker.run(null);

            AttemptAssigned second = worker.awaitAssignment(job, 2);

            assertThat(stack.announcements(job)).isEmpty();
            worker.report(new Reports(stack, second).finished("stored adapter of " + job));
            stack.awaitJob(job, "succeeded");
        }
    }

    @Test
    void adapterThatIsNoBetterIsHeldUntilAPersonPromotesIt() {
        String job = stack.createJob();
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(job, 1);
            worker.report(new Reports(stack, assigned).finished("poor adapter of " + job, 2.6));
            stack.awaitJob(job, "succeeded");
        }
        await().atMost(PATIENCE).until(() -> !stack.announcements(job).isEmpty());
        AdapterAnnounced held = stack.announcements(job).getFirst();
        assertThat(held.state()).isEqualTo(State.HELD);
        assertThat(held.reasons())
                .singleElement()
                .asString()
                .contains("did not fall", "2.5000 (base)", "2.6000 (adapter)");

        stack.post("/v1/adapters/" + held.adapterId() + "/promote", "");
        stack.post("/v1/adapters/" + held.adapterId() + "/promote", "");

        await().atMost(PATIENCE).until(() -> stack.announcements(job).size() > 1);
        assertThat(stack.get("/v1/adapters/" + held.model()).at("/state")).isEqualTo("live");
        stack.post("/v1/adapters/" + held.model() + "/retire", "");
        await().atMost(PATIENCE).until(() -> stack.announcements(job).size() > 2);
        assertThat(stack.announcements(job))
                .extracting(AdapterAnnounced::state)
                .containsExactly(State.HELD, State.LIVE, State.RETIRED);
        assertThat(stack.post("/v1/adapters/" + held.adapterId() + "/promote", "").status())
                .isEqualTo(400);
    }

    @Test
    void sameBytesAreOneAdapterWhateverTheJob() {
        String bytes = stack.unique("bytes of an adapter");
        String first = stack.createJob();
        String second = stack.createJob();
        try (ScriptedWorker worker = stack.worker()) {
            for (String job : new String[] {first, second}) {
                AttemptAssigned assigned = worker.awaitAssignment(job, 1);
                worker.report(new Reports(stack, assigned).finished(bytes));
                stack.awaitJob(job, "succeeded");
                worker.run(null);
            }
        }
        assertThat(stack.job(second).path("fine_tuned_model"))
                .isEqualTo(stack.job(first).path("fine_tuned_model"));
        await().atMost(PATIENCE).until(() -> !stack.announcements(first).isEmpty());
        assertThat(stack.announcements(first)).hasSize(1);
        assertThat(stack.announcements(second)).isEmpty();
    }

    @Test
    void cancelledJobStopsItsWorkerWhichThenGetsTheNextJob() {
        String job = stack.createJob();
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(job, 1);
            worker.awaitBusy();
            String waiting = stack.createJob();

            assertThat(stack.post("/v1/fine_tuning/jobs/" + job + "/cancel", "").at("/status"))
                    .isEqualTo("cancelled");
            worker.awaitCancellation(assigned.attempt());
            worker.report(new Reports(stack, assigned).finished("unwanted adapter of " + job));
            worker.report(
                    new Reports(stack, assigned).failed(FaultCategory.CANCELLED, "cancelled"));
            assertThat(worker.assignments(AttemptAssigned.class)).hasSize(1);
            worker.run(null);
            AttemptAssigned next = worker.awaitAssignment(waiting, 1);

            assertThat(next.attempt().epoch()).isGreaterThan(assigned.attempt().epoch());
            assertThat(stack.job(job).path("status").asText()).isEqualTo("cancelled");
            assertThat(stack.announcements(job)).isEmpty();
            stack.post("/v1/fine_tuning/jobs/" + waiting + "/cancel", "");
            worker.awaitCancellation(next.attempt());
        }
    }

    @Test
    void workerThatRunsWhatNobodyLeasedIsToldToStopAndMovesNoEpoch() {
        String job;
        try (ScriptedWorker worker = stack.worker()) {
            AttemptReference stray =
                    new AttemptReference(
                            "ftjob-of-a-lost-database", 1, EventLimits.COUNT, worker.id());
            worker.run(stray);

            AttemptCancelled recalled = worker.awaitCancellation(stray);

            assertThat(recalled.reason()).contains("epoch " + EventLimits.COUNT);
            worker.run(null);
            job = stack.createJob();
            assertThat(worker.awaitAssignment(job, 1).attempt().epoch()).isLessThan(1_000);
            stack.post("/v1/fine_tuning/jobs/" + job + "/cancel", "");
        }
    }
}
