package dev.loramill.train.schedule;

import dev.loramill.events.TrainingSpec;
import dev.loramill.http.RefusedException;
import dev.loramill.outbox.legacy.Transactions;
import dev.loramill.train.dataset.DatasetsCleaned;
import dev.loramill.train.dataset.Freezing;
import dev.loramill.train.dataset.FreezingOutcome;
import dev.loramill.train.dataset.FreezingRequest;
import dev.loramill.train.dataset.FrozenVersion;
import dev.loramill.train.dataset.ServiceAwayException;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobDiary;
import dev.loramill.train.job.JobError;
import dev.loramill.train.job.JobState;
import dev.loramill.train.job.JobTable;
import dev.loramill.train.job.JobsMoved;
import dev.loramill.train.specification.JobSpecification;
import dev.loramill.train.specification.RowSource;
import dev.loramill.train.specification.TrainingSpecs;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the rows of new jobs to a frozen version, and then queues the jobs. It remembers nothing:
 * after a restart every step is asked for again and found done.
 */
@ApplicationScoped
class JobPreparer {
    private static final Logger LOG = LoggerFactory.getLogger(JobPreparer.class);
    private static final String FAULT = "invalid_training_file";
    private static final String PARAM = "training_file";

    private final DataSource dataSource;
    private final JobTable jobs;
    private final JobDiary diary;
    private final Freezing freezing;
    private final Clock clock;
    private final Event<JobsMoved> news;
    private final Ticker ticker;
    private boolean isServiceAway;

    JobPreparer(
            DataSource dataSource,
            JobTable jobs,
            JobDiary diary,
            Freezing freezing,
            Clock clock,
            Event<JobsMoved> news,
            ScheduleConfig config) {
        this.dataSource = dataSource;
        this.jobs = jobs;
        this.diary = diary;
        this.freezing = freezing;
        this.clock = clock;
        this.news = news;
        this.ticker = new Ticker("job-preparer", config.preparationInterval(), this::look);
    }

    void start(@Observes StartupEvent event) {
        ticker.start();
    }

    void stop(@Observes ShutdownEvent event) {
        ticker.close();
    }

    void datasetsCleaned(@Observes DatasetsCleaned cleaned) {
        ticker.wake();
    }

    void jobsMoved(@Observes JobsMoved moved) {
        ticker.wake();
    }

    private void look() throws SQLException {
        List<String> waiting = Transactions.call(dataSource, jobs::validating);
        for (String jobId : waiting) {
            Optional<Job> job = Transactions.call(dataSource, tx -> jobs.find(tx, jobId));
            if (job.isPresent()
                    && job.get().specification().rows() instanceof RowSource.OfFile rows
                    && !advance(job.get(), rows)) {
                return;
            }
        }
    }

    /** Takes one step; returns false when a service is away that all jobs need. */
    private boolean advance(Job job, RowSource.OfFile rows) throws SQLException {
        FreezingOutcome outcome;
        try {
            outcome = freezing.advance(request(job.specification(), rows));
        } catch (ServiceAwayException e) {
            if (!isServiceAway) {
                LOG.atWarn()
                        .addKeyValue("jobId", job.id())
                        .setCause(e)
                        .log("Rows cannot be prepared and it is tried again");
                String reason = String.valueOf(e.getMessage());
                change(
                        job.id(),
                        (tx, state) -> diary.warn(tx, job.id(), reason + "; it is tried again"));
            }
            isServiceAway = true;
            return false;
        }
        isServiceAway = false;
        switch (outcome) {
            case FreezingOutcome.Waiting() -> {}
            case FreezingOutcome.Refused(String message) ->
                    change(job.id(), (tx, state) -> fail(tx, job, state, FAULT, message));
            case FreezingOutcome.Frozen(FrozenVersion version) ->
                    change(job.id(), (tx, state) -> queue(tx, job, state, version));
        }
        return true;
    }

    private static FreezingRequest request(JobSpecification job, RowSource.OfFile rows) {
        return new FreezingRequest(
                rows.datasetId(),
                rows.fileId(),
                rows.recipe().name(),
                job.baseId(),
                job.hyperparameters().sample(),
                job.seed(),
                job.hyperparameters().freezingEvalFraction(),
                job.hyperparameters().freezingMaxTokens(),
                job.systemPrompt());
    }

    @FunctionalInterface
    private interface Change {
        void make(Connection tx, JobState.ValidatingFiles state) throws SQLException;
    }

    /** Changes the job unless it was cancelled in the meantime. */
    private void change(String jobId, Change change) throws SQLException {
        Transactions.run(
                dataSource,
                tx -> {
                    Optional<Job> job = jobs.lock(tx, jobId);
                    if (job.isPresent()
                            && job.get().state() instanceof JobState.ValidatingFiles state) {
                        change.make(tx, state);
                    }
                });
        news.fire(new JobsMoved());
    }

    private void queue(
            Connection tx, Job job, JobState.ValidatingFiles state, FrozenVersion version)
            throws SQLException {
        TrainingSpec spec;
        try {
            spec = TrainingSpecs.of(job.specification(), version);
        } catch (RefusedException e) {
            fail(tx, job, state, FAULT, String.valueOf(e.getMessage()));
            return;
        }
        jobs.update(tx, job.id(), state.queued(spec, clock.instant()));
        diary.info(
                tx,
                job.id(),
                "Rows frozen as version %s: %d to train on, %d held out"
                        .formatted(version.digest(), version.trainRows(), version.evalRows()));
        diary.info(tx, job.id(), "Files validated, moving job to queued state");
        LOG.atInfo()
                .addKeyValue("jobId", job.id())
                .addKeyValue("datasetVersion", version.digest())
                .log("A job is queued");
    }

    private void fail(
            Connection tx, Job job, JobState.ValidatingFiles state, String code, String message)
            throws SQLException {
        jobs.update(
                tx, job.id(), state.failed(new JobError(code, message, PARAM), clock.instant()));
        diary.error(tx, job.id(), "The job failed: " + message);
        LOG.atWarn()
                .addKeyValue("jobId", job.id())
                .addKeyValue("code", code)
                .log("A job failed before training");
    }
}
