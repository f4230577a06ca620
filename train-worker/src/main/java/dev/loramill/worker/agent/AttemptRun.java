package dev.loramill.worker.agent;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.MissingArtifactException;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptFailed;
import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.AttemptFinished;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.AttemptStarted;
import dev.loramill.events.TrainServeContract;
import dev.loramill.events.TrainingCheckpointed;
import dev.loramill.events.TrainingEvaluated;
import dev.loramill.events.TrainingEvent;
import dev.loramill.events.TrainingProgressed;
import dev.loramill.events.TrainingSpec;
import dev.loramill.events.trainer.EvaluationJob;
import dev.loramill.events.trainer.EvaluationReport;
import dev.loramill.events.trainer.TrainerJob;
import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.messaging.Trace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt from its assignment to its report: fetch, check the contract, train, evaluate,
 * upload. An interrupt ends it without a report; whoever interrupts knows why.
 */
final class AttemptRun {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptRun.class);

    private final AttemptAssigned assigned;
    private final @Nullable String traceParent;
    private final AttemptReference attempt;
    private final Path directory;
    private final ArtifactStore artifacts;
    private final Reporter reporter;
    private final TrainerProcess trainer;
    private final AgentConfig config;
    private final AtomicLong signs = new AtomicLong();

    /**
     * A run that has not begun.
     *
     * @param traceParent trace that its reports go on in, or null
     */
    AttemptRun(
            AttemptAssigned assigned,
            @Nullable String traceParent,
            Path directory,
            ArtifactStore artifacts,
            Reporter reporter,
            TrainerProcess trainer,
            AgentConfig config) {
        this.assigned = assigned;
        this.traceParent = traceParent;
        this.attempt = assigned.attempt();
        this.directory = directory;
        this.artifacts = artifacts;
        this.reporter = reporter;
        this.trainer = trainer;
        this.config = config;
    }

    /** Grows with each sign of work on the attempt. */
    long progress() {
        return signs.get();
    }

    /**
     * Runs the attempt and reports how it ended: any fault of it as failed, as also an outcome that
     * the broker refuses.
     *
     * @throws IllegalStateException if the broker refuses that, too
     */
    void run() throws InterruptedException {
        TrainingEvent outcome = outcome();
        if (Thread.interrupted()) {
            throw new InterruptedException("attempt at " + attempt.jobId() + " was stopped");
        }
        try {
            report(outcome);
        } catch (RuntimeException e) {
            // What is too large now will be the next time, after another training.
            boolean isTooLarge = e.getCause() instanceof RecordTooLargeException;
            report(failed(isTooLarge ? FaultCategory.INVALID_INPUT : FaultCategory.INTERNAL, e));
        }
    }

    private void report(TrainingEvent outcome) throws InterruptedException {
        Trace.<@Nullable Void, InterruptedException>continuing(
                traceParent,
                () -> {
                    reporter.reportAndWait(outcome);
                    return null;
                });
        LOG.atInfo()
                .addKeyValue("jobId", attempt.jobId())
                .addKeyValue("attempt", attempt.attempt())
                .addKeyValue("epoch", attempt.epoch())
                .addKeyValue("outcome", outcome.getClass().getSimpleName())
                .log("Attempt reported");
    }

    private TrainingEvent outcome() throws InterruptedException {
        try {
            return trainAndEvaluate();
        } catch (AttemptFault e) {
            return failed(e.category(), e);
        } catch (MissingArtifactException e) {
            return failed(FaultCategory.MISSING, e);
        } catch (IOException | UncheckedIOException e) {
            return failed(FaultCategory.EXTERNAL, e);
        } catch (RuntimeException | Error e) {
            return failed(FaultCategory.INTERNAL, e);
        }
    }

    private AttemptFailed failed(FaultCategory category, Throwable fault) {
        if (!Thread.currentThread().isInterrupted()) {
            LOG.atWarn()
                    .setCause(fault)
                    .addKeyValue("jobId", attempt.jobId())
                    .addKeyValue("attempt", attempt.attempt())
                    .addKeyValue("category", category)
                    .log("Attempt failed");
        }
        return new AttemptFailed(attempt, category, FaultText.of(fault));
    }

    private AttemptFinished trainAndEvaluate()
            throws IOException, InterruptedException, AttemptFault {
        Files.createDirectories(directory);
        TrainingSpec spec = assigned.spec();
        Path base = artifacts.localPath(spec.base().sha256());
        TrainServeContract contract = ContractCheck.check(base, spec);
        ProbeCheck.check(base, spec);
        signs.incrementAndGet();
        Path job = directory.resolve("job.json");
        ArtifactReference checkpoint = assigned.checkpoint();
        TrainerJob trainerJob =
                TrainerJobs.of(
                        spec,
                        base,
                        artifacts.localPath(spec.trainRows().sha256()),
                        artifacts.localPath(spec.evalRows().sha256()),
                        checkpoint == null ? null : artifacts.localPath(checkpoint.sha256()),
                        config.trainer());
        Files.write(job, trainerJob.bytes());

        TrainerLine.Finished finished = trainer.train(attempt.jobId(), job, directory, this::relay);
        Path adapter = directory.resolve(finished.adapter());
        EvaluationReport report =
                EvaluationProcess.run(
                        trainer.installation(),
                        attempt.jobId(),
                        new EvaluationJob(
                                base.toString(),
                                adapter.toString(),
                                spec.probes(),
                                spec.systemPrompt(),
                                config.evaluation().maxTokens(),
                                config.evaluation().threads()),
                        directory,
                        new Patience(config.trainer().patience()),
                        signs::incrementAndGet);
        signs.incrementAndGet();
        return FittingReport.of(
                new AttemptFinished(
                        attempt,
                        upload(adapter),
                        upload(PeftArchive.pack(directory.resolve(finished.peft()))),
                        new AdapterEvaluation(
                                finished.baseEvalLoss(),
                                finished.evalLoss(),
                                spec.evalRows(),
                                report.maxLogitDifference(),
                                report.answers(),
                                report.decoding(),
                                spec.systemPrompt()),
                        contract,
                        finished.steps(),
                        finished.trainedTokens(),
                        finished.wallSeconds(),
                        finished.peakMemoryBytes()));
    }

    private void relay(TrainerLine line) {
        signs.incrementAndGet();
        TrainingEvent event;
        try {
            event = eventOf(line);
        } catch (IllegalArgumentException e) {
            // Figures that no event may hold; the training itself goes on.
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("jobId", attempt.jobId())
                    .addKeyValue("eventType", line.getClass().getSimpleName())
                    .log("What the trainer tells cannot be reported");
            return;
        }
        if (event != null) {
            // Lines come by a thread of their own.
            Trace.in(traceParent, () -> reporter.report(event));
        }
    }

    private @Nullable TrainingEvent eventOf(TrainerLine line) {
        return switch (line) {
            case TrainerLine.Started started ->
                    new AttemptStarted(
                            attempt,
                            started.device(),
                            started.totalSteps(),
                            started.resumedFromStep());
            case TrainerLine.Progressed progress ->
                    new TrainingProgressed(
                            attempt,
                            progress.step(),
                            progress.totalSteps(),
                            progress.loss(),
                            progress.learningRate(),
                            progress.tokensPerSecond(),
                            progress.trainedTokens(),
                            progress.memoryBytes(),
                            progress.etaSeconds());
            case TrainerLine.Evaluated evaluated ->
                    new TrainingEvaluated(
                            attempt,
                            evaluated.step(),
                            evaluated.evalLoss(),
                            evaluated.tokenAccuracy());
            case TrainerLine.Checkpointed checkpointed ->
                    new TrainingCheckpointed(
                            attempt,
                            checkpointed.step(),
                            upload(directory.resolve(checkpointed.path())));
            case TrainerLine.Finished _,
                    TrainerLine.Failed _,
                    TrainerLine.Working _,
                    TrainerLine.Unknown _ ->
                    null;
        };
    }

    private ArtifactReference upload(Path file) {
        try {
            StoredArtifact stored = artifacts.putFile(file);
            return new ArtifactReference(stored.sha256(), stored.sizeBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot upload " + file.getFileName(), e);
        }
    }
}
