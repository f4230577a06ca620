package dev.loramill.train.schedule;

import dev.loramill.events.AttemptFailed;
import dev.loramill.events.AttemptFinished;
import dev.loramill.events.AttemptStarted;
import dev.loramill.events.TrainingCheckpointed;
import dev.loramill.events.TrainingEvaluated;
import dev.loramill.events.TrainingEvent;
import dev.loramill.events.TrainingProgressed;
import dev.loramill.train.job.AttemptTable;
import dev.loramill.train.job.Checkpoint;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobDiary;
import dev.loramill.train.job.JobError;
import dev.loramill.train.job.JobState;
import dev.loramill.train.job.JobTable;
import dev.loramill.train.job.StepTable;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
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

    private final JobTable jobs;
    private final AttemptTable attempts;
    private final StepTable steps;
    private final JobDiary diary;
    private final AttemptEnding ending;
    private final Graduation graduation;
    private final Clock clock;

    AttemptReports(
            JobTable jobs,
            AttemptTable attempts,
            StepTable steps,
            JobDiary diary,
            AttemptEnding ending,
            Graduation graduation,
            Clock clock) {
        this.jobs = jobs;
        this.attempts = attempts;
        this.steps = steps;
        this.diary = diary;
        this.ending = ending;
        this.graduation = graduation;
        this.clock = clock;
    }

    void take(Connection tx, TrainingEvent event) throws SQLException {
        Optional<Job> job = jobs.lock(tx, event.attempt().jobId());
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
        attempts.reported(tx, running.attempt(), clock.instant());
        switch (event) {
            case AttemptStarted started -> started(tx, started);
            case TrainingProgressed progressed -> progressed(tx, progressed);
            case TrainingEvaluated evaluated -> evaluated(tx, evaluated);
            case TrainingCheckpointed checkpointed -> checkpointed(tx, running, checkpointed);
            case AttemptFinished finished -> graduation.take(tx, job.get(), running, finished);
            case AttemptFailed failed -> failed(tx, job.get(), running, failed);
        }
    }

    private void started(Connection tx, AttemptStarted started) throws SQLException {
        String jobId = started.attempt().jobId();
        diary.info(
                tx,
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

    private void progressed(Connection tx, TrainingProgressed progressed) throws SQLException {
        String jobId = progressed.attempt().jobId();
        steps.trained(tx, jobId, progressed.step(), progressed.loss());
        Instant finish =
                clock.instant()
                        .plus(Duration.ofMillis(Math.round(1_000 * progressed.etaSeconds())));
        jobs.estimate(tx, jobId, finish);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("step", progressed.step());
        figures.put("total_steps", progressed.totalSteps());
        figures.put("train_loss", progressed.loss());
        figures.put("learning_rate", progressed.learningRate());
        figures.put("tokens_per_second", progressed.tokensPerSecond());
        figures.put("trained_tokens", progressed.trainedTokens());
        figures.put("memory_bytes", progressed.memoryBytes());
        figures.put("eta_seconds", progressed.etaSeconds());
        diary.metrics(
                tx,
                jobId,
                String.format(
                        Locale.ROOT,
                        "Step %d/%d: training loss=%.4f",
                        progressed.step(),
                        progressed.totalSteps(),
                        progressed.loss()),
                figures);
    }

    private void evaluated(Connection tx, TrainingEvaluated evaluated) throws SQLException {
        String jobId = evaluated.attempt().jobId();
        steps.evaluated(
                tx, jobId, evaluated.step(), evaluated.evalLoss(), evaluated.tokenAccuracy());
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("step", evaluated.step());
        figures.put("valid_loss", evaluated.evalLoss());
        figures.put("valid_mean_token_accuracy", evaluated.tokenAccuracy());
        figures.put("full_valid_loss", evaluated.evalLoss());
        figures.put("full_valid_mean_token_accuracy", evaluated.tokenAccuracy());
        diary.metrics(
                tx,
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
            Connection tx, JobState.Running running, TrainingCheckpointed checkpointed)
            throws SQLException {
        String jobId = checkpointed.attempt().jobId();
        Checkpoint checkpoint = new Checkpoint(checkpointed.step(), checkpointed.checkpoint());
        jobs.update(tx, jobId, running.checkpointed(checkpoint));
        steps.saved(tx, jobId, checkpoint);
        diary.info(tx, jobId, "Checkpoint created at step %d".formatted(checkpoint.step()));
    }

    private void failed(Connection tx, Job job, JobState.Running running, AttemptFailed failed)
            throws SQLException {
        String outcome = failed.category().name().toLowerCase(Locale.ROOT);
        if (failed.isWorthAnotherAttempt()) {
            ending.tryAgain(
                    tx,
                    job,
                    running,
                    outcome,
                    failed.message(),
                    ending.pauseAfter(running.attempt().attempt()));
        } else {
            ending.fail(tx, job, running, outcome, new JobError(outcome, failed.message(), null));
        }
    }
}
