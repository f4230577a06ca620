package dev.loramill.train.preparation;

import dev.loramill.events.DatasetFrozen;
import dev.loramill.events.FreezeRefused;
import dev.loramill.http.RefusedException;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobEventLog;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.job.JobState;
import dev.loramill.train.job.JobsChanged;
import dev.loramill.train.specification.FrozenVersion;
import dev.loramill.train.specification.FrozenVersions;
import dev.loramill.train.specification.TrainingSpecs;
import dev.loramill.train.specification.UnusableVersionException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the answers to freeze requests do to the jobs that wait for them. An answer that nobody
 * waits for does nothing: it was given before, or the job was cancelled.
 */
@ApplicationScoped
class FreezeAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(FreezeAnswers.class);

    private final JobRepository jobs;
    private final JobEventLog events;
    private final FrozenVersions versions;
    private final JobFailure failure;
    private final Clock clock;
    private final Event<JobsChanged> changes;

    FreezeAnswers(
            JobRepository jobs,
            JobEventLog events,
            FrozenVersions versions,
            JobFailure failure,
            Clock clock,
            Event<JobsChanged> changes) {
        this.jobs = jobs;
        this.events = events;
        this.versions = versions;
        this.failure = failure;
        this.clock = clock;
        this.changes = changes;
    }

    void frozen(DatasetFrozen frozen) {
        if (frozen.requestDigest() == null) {
            // Of a build that answered over HTTP; whoever waits asks again.
            return;
        }
        List<Job> waiting = jobs.lockAwaiting(frozen.requestDigest());
        if (waiting.isEmpty()) {
            return;
        }
        try {
            Optional<FrozenVersion> version = versions.find(frozen.version());
            for (Job job : waiting) {
                version.ifPresentOrElse(
                        found -> queue(job, frozen.datasetId(), found),
                        () ->
                                failure.freezeFailed(
                                        job,
                                        ("The rows are frozen as version %s, but the artifact store"
                                                        + " lacks its manifest")
                                                .formatted(frozen.version())));
            }
        } catch (UnusableVersionException e) {
            waiting.forEach(job -> failure.fail(job, String.valueOf(e.getMessage())));
        } catch (UncheckedIOException e) {
            waiting.forEach(job ->
                    failure.freezeFailed(job, "%s: %s".formatted(e.getMessage(), e.getCause())));
        }
    }

    void refused(FreezeRefused refused) {
        for (Job job : jobs.lockAwaiting(refused.requestDigest())) {
            if (refused.isRetryable()) {
                failure.freezeFailed(job, "The rows cannot be frozen yet: " + refused.reason());
            } else {
                failure.fail(job, refused.reason());
            }
        }
    }

    private void queue(Job job, String datasetId, FrozenVersion version) {
        if (!(job.state() instanceof JobState.ValidatingFiles state)) {
            return;
        }
        try {
            job.enter(
                    state.queued(TrainingSpecs.of(job.specification(), version), clock.instant()));
        } catch (RefusedException | IllegalArgumentException e) {
            // The second where job and version together make no event that a worker could read.
            failure.fail(job, String.valueOf(e.getMessage()));
            return;
        }
        events.info(
                job.id(),
                "Rows frozen as version %s: %d to train on, %d held out"
                        .formatted(version.digest(), version.trainRows(), version.evalRows()));
        events.info(job.id(), "Files validated, moving job to queued state");
        changes.fire(new JobsChanged());
        LOG.atInfo()
                .addKeyValue("jobId", job.id())
                .addKeyValue("datasetId", datasetId)
                .addKeyValue("datasetVersion", version.digest())
                .log("A job is queued");
    }
}
