package dev.loramill.train.schedule;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptReference;
import dev.loramill.outbox.legacy.Outbox;
import dev.loramill.train.job.AttemptTable;
import dev.loramill.train.job.Checkpoint;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobDiary;
import dev.loramill.train.job.JobState;
import dev.loramill.train.job.JobTable;
import dev.loramill.train.worker.LeaseConfig;
import dev.loramill.train.worker.Worker;
import dev.loramill.train.worker.WorkerTable;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leases attempts at queued jobs to free workers, oldest job first. */
@ApplicationScoped
class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private final JobTable jobs;
    private final AttemptTable attempts;
    private final WorkerTable workers;
    private final JobDiary diary;
    private final ArtifactStore artifacts;
    private final Outbox outbox;
    private final Duration lease;

    Dispatcher(
            JobTable jobs,
            AttemptTable attempts,
            WorkerTable workers,
            JobDiary diary,
            ArtifactStore artifacts,
            Outbox outbox,
            LeaseConfig lease) {
        this.jobs = jobs;
        this.attempts = attempts;
        this.workers = workers;
        this.diary = diary;
        this.artifacts = artifacts;
        this.outbox = outbox;
        this.lease = lease.duration();
    }

    /**
     * Leases what can be leased.
     *
     * @param heardSince since when this service has heard all that workers say; a worker heard
     *     before may be gone
     * @return whether anything was
     */
    boolean dispatch(Connection tx, Instant now, Instant heardSince) throws SQLException {
        Instant leaseAgo = now.minus(lease);
        List<Worker> free = workers.free(tx, heardSince.isAfter(leaseAgo) ? heardSince : leaseAgo);
        if (free.isEmpty()) {
            return false;
        }
        Iterator<Worker> next = free.iterator();
        boolean isAnyLeased = false;
        for (String jobId : jobs.due(tx, now, free.size())) {
            Optional<Job> job = jobs.lock(tx, jobId);
            if (job.isPresent() && job.get().state() instanceof JobState.Queued queued) {
                assign(tx, job.get(), queued, next.next(), now);
                isAnyLeased = true;
            }
        }
        return isAnyLeased;
    }

    private void assign(Connection tx, Job job, JobState.Queued queued, Worker worker, Instant now)
            throws SQLException {
        JobState.Queued ready = queued;
        Checkpoint checkpoint = queued.checkpoint();
        if (checkpoint != null && !artifacts.contains(checkpoint.artifact().sha256())) {
            diary.warn(
                    tx,
                    job.id(),
                    "The checkpoint of step %d is no longer there, training begins anew"
                            .formatted(checkpoint.step()));
            ready = queued.withoutCheckpoint();
        }
        AttemptReference attempt =
                new AttemptReference(
                        job.id(), ready.attemptsMade() + 1, attempts.nextEpoch(tx), worker.id());
        JobState.Running running = ready.assigned(attempt);
        Checkpoint from = running.checkpoint();
        jobs.update(tx, job.id(), running);
        attempts.assigned(tx, attempt, now);
        outbox.publish(
                tx,
                new AttemptAssigned(
                        attempt, running.spec(), from == null ? null : from.artifact()));
        diary.info(
                tx,
                job.id(),
                "Attempt %d is given to worker \"%s\"".formatted(attempt.attempt(), worker.id()));
        LOG.atInfo()
                .addKeyValue("jobId", job.id())
                .addKeyValue("attempt", attempt.attempt())
                .addKeyValue("epoch", attempt.epoch())
                .addKeyValue("workerId", worker.id())
                .log("An attempt is leased");
    }
}
