package dev.loramill.train.schedule;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptReference;
import dev.loramill.messaging.Trace;
import dev.loramill.outbox.Outbox;
import dev.loramill.train.attempt.AttemptRepository;
import dev.loramill.train.attempt.Epochs;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobEventLog;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.job.JobState;
import dev.loramill.train.job.ResumePoint;
import dev.loramill.train.worker.LeaseConfig;
import dev.loramill.train.worker.Worker;
import dev.loramill.train.worker.WorkerRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leases attempts at queued jobs to free workers, oldest job first. */
@ApplicationScoped
class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private final JobRepository jobs;
    private final AttemptRepository attempts;
    private final Epochs epochs;
    private final WorkerRepository workers;
    private final JobEventLog events;
    private final ArtifactStore artifacts;
    private final Outbox outbox;
    private final Duration lease;

    Dispatcher(
            JobRepository jobs,
            AttemptRepository attempts,
            Epochs epochs,
            WorkerRepository workers,
            JobEventLog events,
            ArtifactStore artifacts,
            Outbox outbox,
            LeaseConfig lease) {
        this.jobs = jobs;
        this.attempts = attempts;
        this.epochs = epochs;
        this.workers = workers;
        this.events = events;
        this.artifacts = artifacts;
        this.outbox = outbox;
        this.lease = lease.duration();
    }

    /**
     * The oldest due job for which there is a free worker; empty when there is none.
     *
     * @param heardSince since when this service has heard all that workers say; a worker heard
     *     before may be gone
     * @param passedOver jobs that are not looked at now
     */
    Optional<String> next(Instant now, Instant heardSince, Collection<String> passedOver) {
        return free(now, heardSince)
                .flatMap(_ ->
                        jobs.due(now, passedOver.size() + 1).stream()
                                .filter(job -> !passedOver.contains(job))
                                .findFirst());
    }

    /** Leases a job's next attempt to a free worker, if it is still due and there still is one. */
    void lease(String jobId, Instant now, Instant heardSince) {
        Optional<Job> job = jobs.lock(jobId);
        Optional<Worker> worker = free(now, heardSince);
        if (worker.isPresent()
                && job.isPresent()
                && job.get().state() instanceof JobState.Queued queued
                && !queued.notBefore().isAfter(now)) {
            assign(job.get(), queued, worker.get(), now);
        }
    }

    private Optional<Worker> free(Instant now, Instant heardSince) {
        Instant leaseAgo = now.minus(lease);
        return workers.free(heardSince.isAfter(leaseAgo) ? heardSince : leaseAgo).stream()
                .findFirst();
    }

    private void assign(Job job, JobState.Queued queued, Worker worker, Instant now) {
        JobState.Queued ready = queued;
        ResumePoint checkpoint = queued.checkpoint();
        if (checkpoint != null && !artifacts.contains(checkpoint.artifact().sha256())) {
            events.warn(
                    job.id(),
                    "The checkpoint of step %d is no longer there, training begins anew"
                            .formatted(checkpoint.step()));
            ready = queued.withoutCheckpoint();
        }
        AttemptReference attempt =
                new AttemptReference(
                        job.id(), ready.attemptsMade() + 1, epochs.next(), worker.id());
        JobState.Running running = ready.assigned(attempt);
        ResumePoint from = running.checkpoint();
        job.enter(running);
        attempts.assigned(attempt, now);
        AttemptAssigned assigned =
                new AttemptAssigned(
                        attempt,
                        running.spec(),
                        from == null ? null : from.artifact(),
                        worker.instance());
        Trace.in(job.traceParent(), () -> outbox.publish(assigned));
        events.info(
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
