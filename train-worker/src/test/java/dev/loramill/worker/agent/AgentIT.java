package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptCancelled;
import dev.loramill.events.AttemptFailed;
import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.AttemptFinished;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.AttemptStarted;
import dev.loramill.events.Hyperparameters;
import dev.loramill.events.TrainServeContract;
import dev.loramill.events.TrainingCheckpointed;
import dev.loramill.events.TrainingProgressed;
import dev.loramill.events.TrainingSpec;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.messaging.Trace;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent with real child processes, a real artifact store and the real evaluation. */
class AgentIT {
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @TempDir Path directory;

    private final RecordingReporter reporter = new RecordingReporter();
    private LocalArtifactStore artifacts;
    private TrainServeContract contract;
    private ArtifactReference base;
    private ArtifactReference rows;
    private Agent agent;

    @BeforeEach
    void startAgent() throws IOException {
        artifacts = new LocalArtifactStore(directory.resolve("artifacts"));
        Path model = TinyLlama.standard().write(directory.resolve("tiny.gguf"));
        base = reference(artifacts.putFile(model));
        contract = ContractCheck.contractOf(model, base.sha256());
        rows =
                reference(
                        artifacts.put(
                                new ByteArrayInputStream("{}".getBytes(StandardCharsets.UTF_8))));
        agent = newAgent();
    }

    @AfterEach
    void stopAgent() {
        agent.close();
    }

    @Test
    void anAttemptIsTrainedEvaluatedUploadedAndReported() throws IOException {
        AttemptAssigned assigned = assigned("job-1", 1, 0);

        Trace.in(TRACE, () -> agent.assign(assigned));

        AttemptFinished finished = awaitFinished();
        assertThat(reporter.traces()).containsOnly(TRACE);
        assertThat(finished.attempt()).isEqualTo(assigned.attempt());
        assertThat(artifacts.contains(finished.adapter().sha256())).isTrue();
        assertThat(artifacts.contains(finished.peft().sha256())).isTrue();
        assertThat(finished.contract()).isEqualTo(contract);
        assertThat(finished.evaluation().maxLogitDifference()).isPositive();
        assertThat(finished.evaluation().answers()).hasSize(1);
        assertThat(finished.evaluation().systemPrompt()).isEqualTo("Be brief.");
        assertThat(finished.evaluation().decoding()).isEqualTo("greedy,max_tokens=32");
        assertThat(finished.evaluation().baseEvalLoss()).isEqualTo(3.5);
        assertThat(reporter.events(AttemptStarted.class)).hasSize(1);
        assertThat(reporter.events(TrainingProgressed.class))
                .extracting(TrainingProgressed::step)
                .containsExactly(1, 2, 3, 4);
        assertThat(reporter.events(TrainingCheckpointed.class))
                .singleElement()
                .satisfies(event ->
                        assertThat(artifacts.contains(event.checkpoint().sha256())).isTrue());
        await().untilAsserted(() -> assertThat(agent.running()).isEmpty());
        await().untilAsserted(() -> assertThat(attemptDirectories()).isEmpty());
    }

    @Test
    void aTrainerThatCrashesGoesOnFromItsCheckpointInTheSameAttempt() {
        agent.assign(assigned("job-1", 1, ScriptedTrainer.CRASHES_ONCE));

        awaitFinished();
        assertThat(reporter.events(AttemptStarted.class))
                .extracting(AttemptStarted::resumedFromStep)
                .containsExactly(0, 2);
        assertThat(reporter.traces()).containsOnlyNulls();
    }

    @Test
    void aTrainerThatAlwaysCrashesFailsTheAttempt() {
        agent.assign(assigned("job-1", 1, ScriptedTrainer.CRASHES_ALWAYS));

        AttemptFailed failed = awaitFailed();
        assertThat(failed.category()).isEqualTo(FaultCategory.INTERNAL);
        assertThat(failed.message()).contains("137", "started 3 times", "works for job-1");
    }

    @Test
    void aDivergedTrainingIsNotTriedAgain() {
        agent.assign(assigned("job-1", 1, ScriptedTrainer.DIVERGES));

        AttemptFailed failed = awaitFailed();
        assertThat(failed.category()).isEqualTo(FaultCategory.INVALID_INPUT);
        assertThat(failed.message()).isEqualTo("loss is NaN at step 2");
        assertThat(reporter.events(AttemptStarted.class)).hasSize(1);
    }

    @Test
    void aTrainerThatRefusesItsJobWithoutAWordFailsTheAttemptAndLeavesTheWorkerFree() {
        agent.assign(assigned("job-1", 1, ScriptedTrainer.REFUSES_SILENTLY));

        AttemptFailed failed = awaitFailed();
        assertThat(failed.category()).isEqualTo(FaultCategory.INVALID_INPUT);
        assertThat(failed.message())
                .isEqualTo("the trainer ended with status 2 and wrote nothing to its log");
        await().untilAsserted(() -> assertThat(agent.running()).isEmpty());
    }

    @Test
    void aMessageFromALogIsItsEndWithoutNulCharacters() {
        agent.assign(assigned("job-1", 1, ScriptedTrainer.REFUSES_AT_LENGTH));

        assertThat(awaitFailed().message())
                .hasSize(FaultText.MAX_LOG_LENGTH)
                .endsWith("x\uFFFD end");
    }

    @Test
    void aCancelledAttemptEndsItsTrainer() throws InterruptedException {
        AttemptAssigned assigned = assigned("job-1", 1, ScriptedTrainer.HANGS);
        agent.assign(assigned);
        awaitFirstStep();

        agent.cancel(new AttemptCancelled(assigned.attempt(), "no longer wanted"));

        assertThat(awaitFailed().category()).isEqualTo(FaultCategory.CANCELLED);
        assertThat(agent.running()).isEmpty();
        assertThat(trainers()).isEmpty();
    }

    @Test
    void aNewerEpochReplacesTheRunningAttemptAndAnOlderOneIsIgnored() {
        agent.assign(assigned("job-1", 5, ScriptedTrainer.HANGS));
        awaitFirstStep();

        agent.assign(assigned("job-0", 4, ScriptedTrainer.HANGS));
        assertThat(agent.running()).map(AttemptReference::jobId).contains("job-1");

        agent.assign(assigned("job-2", 6, 0));
        assertThat(awaitFinished().attempt().jobId()).isEqualTo("job-2");
    }

    @Test
    void anAgentThatStoppedGoesOnWithItsAttempt() throws IOException {
        agent.assign(assigned("job-1", 1, ScriptedTrainer.HANGS));
        awaitFirstStep();
        agent.close();
        assertThat(trainers()).isEmpty();

        agent = newAgent();
        agent.resume();

        assertThat(agent.running()).map(AttemptReference::jobId).contains("job-1");
    }

    @Test
    void anAttemptStaysInItsTraceOverARestartAndWhenItIsCancelled()
            throws IOException, InterruptedException {
        AttemptAssigned assigned = assigned("job-1", 1, ScriptedTrainer.HANGS);
        Trace.in(TRACE, () -> agent.assign(assigned));
        awaitFirstStep();
        agent.close();
        agent = newAgent();
        int before = reporter.events().size();
        agent.resume();
        await().atMost(Duration.ofSeconds(30)).until(() -> reporter.events().size() > before);

        agent.cancel(new AttemptCancelled(assigned.attempt(), "no longer wanted"));

        assertThat(awaitFailed().category()).isEqualTo(FaultCategory.CANCELLED);
        assertThat(reporter.traces()).containsOnly(TRACE);
    }

    @Test
    void aDatasetFrozenForAnotherTokenizerIsRefusedNamingBothDigests() {
        TrainServeContract foreign =
                new TrainServeContract(
                        contract.baseDigest(),
                        contract.baseQuantization(),
                        contract.architecture(),
                        contract.vocabularySize(),
                        "f".repeat(64),
                        contract.chatTemplateDigest(),
                        contract.templateDate(),
                        contract.bosCount(),
                        contract.endOfTurnToken());

        agent.assign(Assignments.of("job-1", 1, base, rows, foreign));

        AttemptFailed failed = awaitFailed();
        assertThat(failed.category()).isEqualTo(FaultCategory.INVALID_INPUT);
        assertThat(failed.message()).contains("f".repeat(64), contract.tokenizerDigest());
    }

    @Test
    void aMissingArtifactIsReportedAsMissing() {
        agent.assign(
                Assignments.of(
                        "job-1", 1, base, new ArtifactReference("e".repeat(64), 9), contract));

        assertThat(awaitFailed().category()).isEqualTo(FaultCategory.MISSING);
    }

    @Test
    void aTrainerThatHangsIsKilledAndStartedAgainUntilTheAttemptFails() throws IOException {
        agent.close();
        agent = newAgent("2s");

        agent.assign(assigned("job-1", 1, ScriptedTrainer.HANGS));

        assertThat(agent.progress()).isPresent();
        AttemptFailed failed = awaitFailed();
        assertThat(failed.category()).isEqualTo(FaultCategory.INTERNAL);
        assertThat(failed.message()).contains("gave no sign of work", "started 3 times");
        await().untilAsserted(() -> assertThat(agent.running()).isEmpty());
        assertThat(agent.progress()).isEmpty();
    }

    @Test
    void aProbeThatTheBaseCannotReadFailsTheJobBeforeItIsTrained() throws IOException {
        AttemptAssigned plain = assigned("job-1", 1, 0);
        TrainingSpec spec = plain.spec();

        agent.assign(
                new AttemptAssigned(
                        plain.attempt(),
                        new TrainingSpec(
                                spec.baseId(),
                                spec.base(),
                                spec.datasetVersion(),
                                spec.trainRows(),
                                spec.evalRows(),
                                spec.contract(),
                                spec.lora(),
                                spec.hyperparameters(),
                                List.of("Why?", "why ".repeat(3_900)),
                                spec.systemPrompt()),
                        null,
                        null));

        AttemptFailed failed = awaitFailed();
        assertThat(failed.category()).isEqualTo(FaultCategory.INVALID_INPUT);
        assertThat(failed.message()).contains("probes[1] has", "shorten it");
        assertThat(reporter.events(AttemptStarted.class)).isEmpty();
    }

    private Agent newAgent() throws IOException {
        return newAgent("10m");
    }

    private Agent newAgent(String patience) throws IOException {
        AgentConfig config =
                TestConfig.in(
                        directory.resolve("worker"),
                        Map.of(
                                "loramill.worker.trainer.max-heap", "256m",
                                "loramill.worker.trainer.threads", "1",
                                "loramill.worker.trainer.restarts", "2",
                                "loramill.worker.trainer.patience", "PT" + patience,
                                "loramill.worker.evaluation.max-tokens", "32"));
        return new Agent(
                AgentState.in(config.directory()),
                artifacts,
                reporter,
                new TrainerInstallation(
                        Objects.requireNonNull(System.getProperty("java.class.path")),
                        ScriptedTrainer.class.getName(),
                        List.of(),
                        Map.of(),
                        false),
                config);
    }

    private AttemptAssigned assigned(String jobId, long epoch, int seed) {
        AttemptAssigned plain = Assignments.of(jobId, epoch, base, rows, contract);
        TrainingSpec spec = plain.spec();
        Hyperparameters how = spec.hyperparameters();
        return new AttemptAssigned(
                plain.attempt(),
                new TrainingSpec(
                        spec.baseId(),
                        spec.base(),
                        spec.datasetVersion(),
                        spec.trainRows(),
                        spec.evalRows(),
                        spec.contract(),
                        spec.lora(),
                        new Hyperparameters(
                                how.epochs(),
                                how.maxSteps(),
                                how.batchSize(),
                                how.gradientAccumulation(),
                                how.learningRate(),
                                how.warmupSteps(),
                                how.maxLength(),
                                seed,
                                how.precision(),
                                how.evalEverySteps(),
                                how.saveEverySteps()),
                        spec.probes(),
                        spec.systemPrompt()),
                null,
                null);
    }

    private AttemptFinished awaitFinished() {
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            assertThat(reporter.events(AttemptFailed.class)).isEmpty();
                            return reporter.events(AttemptFinished.class).stream().findFirst();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private AttemptFailed awaitFailed() {
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> reporter.events(AttemptFailed.class).stream().findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private void awaitFirstStep() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !reporter.events(TrainingProgressed.class).isEmpty());
    }

    private static Stream<ProcessHandle> trainers() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive);
    }

    private Stream<Path> attemptDirectories() throws IOException {
        return Files.list(directory.resolve("worker/attempts"));
    }

    private static ArtifactReference reference(StoredArtifact stored) {
        return new ArtifactReference(stored.sha256(), stored.sizeBytes());
    }

    /** The defaults of the configuration, made quick. */
}
