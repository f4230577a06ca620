package dev.loramill.train.schedule;

import dev.loramill.events.AttemptCancelled;
import dev.loramill.events.AttemptReference;
import dev.loramill.messaging.Trace;
import dev.loramill.outbox.Outbox;
import dev.loramill.train.attempt.AttemptRepository;
import dev.loramill.train.attempt.Lease;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.job.JobState;
import dev.loramill.train.worker.LeaseConfig;
import dev.loramill.train.worker.Worker;
import dev.loramill.train.worker.WorkerRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes leases back from silent workers, and calls back workers that run what is not theirs. */
@ApplicationScoped
class LeaseKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    private final AttemptRepository attempts;
    private final JobRepository jobs;
    private final WorkerRepository workers;
    private final AttemptEnding ending;
    private final Outbox outbox;
    private final Duration lease;

    LeaseKeeper(
            AttemptRepository attempts,
            JobRepository jobs,
            WorkerRepository workers,
            AttemptEnding ending,
            Outbox outbox,
            LeaseConfig lease) {
        this.attempts = attempts;
        this.jobs = jobs;
        this.workers = workers;
        this.ending = ending;
        this.outbox = outbox;
        this.lease = lease.duration();
    }

    /**
     * Ends the attempts whose workers were not heard for the length of a lease.
     *
     * @param heardSince since when this service has heard all that workers say
     */
    void takeBack(Instant now, Instant heardSince) {
        for (Lease held : attempts.leases()) {
            Instant lastSign = held.lastSign().isAfter(heardSince) ? held.lastSign() : heardSince;
            if (now.isAfter(lastSign.plus(lease))) {
                takeBack(held.attempt());
            }
        }
    }

    /** Tells workers to stop what they run without a lease, once each. */
    void recallStrays(Instant now) {
        for (Worker worker : workers.strays(now.minus(lease))) {
            AttemptReference running = worker.running();
            if (running != null) {
                AttemptCancelled cancelled =
                        new AttemptCancelled(
                                running,
                                "the lease of epoch %d is over".formatted(running.epoch()));
                Trace.in(
                        jobs.traceParent(running.jobId()).orElse(null),
                        () -> outbox.publish(cancelled));
                workers.recalled(running);
                LOG.atWarn()
                        .addKeyValue("workerId", worker.id())
                        .addKeyValue("jobId", running.jobId())
                        .addKeyValue("epoch", running.epoch())
                        .log("A worker runs what is not leased to it and is told to stop");
            }
        }
    }

    private void takeBack(AttemptReference attempt) {
        Optional<Job> job = jobs.lock(attempt.jobId());
        if (job.isEmpty()
                || !(job.get().state() instanceof JobState.Running running)
                || running.attempt().epoch() != attempt.epoch()) {
            // It ended while this transaction waited for the job.
            return;
        }
        ending.tryAgain(
                job.get(),
                running,
                "lost",
                "worker \"%s\" was not heard for %d seconds"
                        .formatted(attempt.workerId(), lease.toSeconds()),
                Duration.ZERO);
        AttemptCancelled cancelled =
                new AttemptCancelled(attempt, "the worker was not heard and its lease is over");
        Trace.in(job.get().traceParent(), () -> outbox.publish(cancelled));
    }
}
