package dev.loramill.train.schedule;

import dev.loramill.events.AttemptFailed;
import dev.loramill.events.AttemptFinished;
import dev.loramill.events.AttemptStarted;
import dev.loramill.events.TrainingCheckpointed;
import dev.loramill.events.TrainingEvaluated;
import dev.loramill.events.TrainingEvent;
import dev.loramill.events.TrainingProgressed;
import dev.loramill.train.attempt.AttemptRepository;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobError;
import dev.loramill.train.job.JobEventLog;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.job.JobState;
import dev.loramill.train.job.JobSteps;
import dev.loramill.train.job.ResumePoint;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the reports of attempts do to their jobs. Reports of an epoch that is over do nothing. */
@ApplicationScoped
class AttemptReports {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptReports.class);

    private final JobRepository jobs;
    private final AttemptRepository attempts;
    private final JobSteps steps;
    private final JobEventLog events;
    private final AttemptEnding ending;
    private final AdapterAcceptance acceptance;
    private final Clock clock;

    AttemptReports(
            JobRepository jobs,
            AttemptRepository attempts,
            JobSteps steps,
            JobEventLog events,
            AttemptEnding ending,
            AdapterAcceptance acceptance,
            Clock clock) {
        this.jobs = jobs;
        this.attempts = attempts;
        this.steps = steps;
        this.events = events;
        this.ending = ending;
        this.acceptance = acceptance;
        this.clock = clock;
    }

    void take(TrainingEvent event) {
        Optional<Job> job = jobs.lock(event.attempt().jobId());
        if (job.isEmpty()
                || !(job.get().state() instanceof JobState.Running running)
                || !running.attempt().equals(event.attempt())) {
            LOG.atInfo()
                    .addKeyValue("jobId", event.attempt().jobId())
                    .addKeyValue("epoch", event.attempt().epoch())
                    .addKeyValue("workerId", event.attempt().workerId())
                    .addKeyValue("event", event.getClass().getSimpleName())
                    .log("A report without a lease is ignored");
            return;
        }
        attempts.reported(running.attempt(), clock.instant());
        switch (event) {
            case AttemptStarted started -> started(started);
            case TrainingProgressed progressed -> progressed(job.get(), progressed);
            case TrainingEvaluated evaluated -> evaluated(evaluated);
            case TrainingCheckpointed checkpointed ->
                    checkpointed(job.get(), running, checkpointed);
            case AttemptFinished finished -> acceptance.take(job.get(), running, finished);
            case AttemptFailed failed -> failed(job.get(), running, failed);
        }
    }

    private void started(AttemptStarted started) {
        String jobId = started.attempt().jobId();
        events.info(
                jobId,
                started.resumedFromStep() == 0
                        ? "Training started on %s: %d steps"
                                .formatted(started.device(), started.totalSteps())
                        : "Training goes on on %s from step %d of %d"
                                .formatted(
                                        started.device(),
                                        started.resumedFromStep(),
                                        started.totalSteps()));
    }

    private void progressed(Job job, TrainingProgressed progressed) {
        String jobId = progressed.attempt().jobId();
        steps.trained(jobId, progressed.step(), progressed.loss());
        Instant finish =
                clock.instant()
                        .plus(Duration.ofMillis(Math.round(1_000 * progressed.etaSeconds())));
        job.estimate(finish);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("step", progressed.step());
        figures.put("total_steps", progressed.totalSteps());
        figures.put("train_loss", progressed.loss());
        figures.put("learning_rate", progressed.learningRate());
        figures.put("tokens_per_second", progressed.tokensPerSecond());
        figures.put("trained_tokens", progressed.trainedTokens());
        figures.put("memory_bytes", progressed.memoryBytes());
        figures.put("eta_seconds", progressed.etaSeconds());
        events.metrics(
                jobId,
                String.format(
                        Locale.ROOT,
                        "Step %d/%d: training loss=%.4f",
                        progressed.step(),
                        progressed.totalSteps(),
                        progressed.loss()),
                figures);
    }

    private void evaluated(TrainingEvaluated evaluated) {
        String jobId = evaluated.attempt().jobId();
        steps.evaluated(jobId, evaluated.step(), evaluated.evalLoss(), evaluated.tokenAccuracy());
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("step", evaluated.step());
        figures.put("valid_loss", evaluated.evalLoss());
        figures.put("valid_mean_token_accuracy", evaluated.tokenAccuracy());
        figures.put("full_valid_loss", evaluated.evalLoss());
        figures.put("full_valid_mean_token_accuracy", evaluated.tokenAccuracy());
        events.metrics(
                jobId,
                String.format(
                        Locale.ROOT,
                        evaluated.step() == 0
                                ? "Base: validation loss=%2$.4f"
                                : "Step %1$d: validation loss=%2$.4f",
                        evaluated.step(),
                        evaluated.evalLoss()),
                figures);
    }

    private void checkpointed(
            Job job, JobState.Running running, TrainingCheckpointed checkpointed) {
        String jobId = checkpointed.attempt().jobId();
        ResumePoint checkpoint = new ResumePoint(checkpointed.step(), checkpointed.checkpoint());
        job.enter(running.checkpointed(checkpoint));
        steps.saved(jobId, checkpoint);
        events.info(jobId, "Checkpoint created at step %d".formatted(checkpoint.step()));
    }

    private void failed(Job job, JobState.Running running, AttemptFailed failed) {
        String outcome = failed.category().name().toLowerCase(Locale.ROOT);
        if (failed.isWorthAnotherAttempt()) {
            ending.tryAgain(
                    job,
                    running,
                    outcome,
                    failed.message(),
                    ending.pauseAfter(running.attempt().attempt()));
        } else {
            ending.fail(job, running, outcome, new JobError(outcome, failed.message(), null));
        }
    }
}
