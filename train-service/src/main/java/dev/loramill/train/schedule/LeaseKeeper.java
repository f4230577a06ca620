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
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes leases back from workers that are silent or stand still, and calls back workers that run
 * what is not theirs.
 */
@ApplicationScoped
class LeaseKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    private final AttemptRepository attempts;
    private final JobRepository jobs;
    private final WorkerRepository workers;
    private final AttemptEnding ending;
    private final Outbox outbox;
    private final Duration lease;
    private final Duration progress;

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
        this.progress = lease.progress();
    }

    /**
     * An attempt whose lease is over.
     *
     * @param outcome word for why
     * @param reason sentence on why
     */
    record Lost(AttemptReference attempt, String outcome, String reason) {}

    /**
     * The attempts whose workers were not heard for the length of a lease, or are heard and made no
     * progress for the length of another.
     *
     * @param heardSince since when this service has heard all that workers say
     */
    List<Lost> lost(Instant now, Instant heardSince) {
        return attempts.leases().stream()
                .flatMap(held -> lost(held, now, heardSince).stream())
                .toList();
    }

    private Optional<Lost> lost(Lease held, Instant now, Instant heardSince) {
        String worker = held.attempt().workerId();
        if (isOver(held.lastSign(), heardSince, lease, now)) {
            return Optional.of(
                    new Lost(
                            held.attempt(),
                            "lost",
                            "worker \"%s\" was not heard for %d seconds"
                                    .formatted(worker, lease.toSeconds())));
        }
        if (isOver(held.lastProgress(), heardSince, progress, now)) {
            return Optional.of(
                    new Lost(
                            held.attempt(),
                            "stalled",
                            "worker \"%s\" is heard, but made no progress for %d seconds"
                                    .formatted(worker, progress.toSeconds())));
        }
        return Optional.empty();
    }

    private static boolean isOver(
            Instant last, Instant heardSince, Duration patience, Instant now) {
        Instant from = last.isAfter(heardSince) ? last : heardSince;
        return now.isAfter(from.plus(patience));
    }

    /** Workers that run what is not leased to them and were not told yet. */
    List<Worker> strays(Instant now) {
        return workers.strays(now.minus(lease));
    }

    /** Tells a worker to stop what it runs without a lease. */
    void recall(Worker worker) {
        AttemptReference running = worker.running();
        if (running == null) {
            return;
        }
        AttemptCancelled cancelled =
                new AttemptCancelled(
                        running, "the lease of epoch %d is over".formatted(running.epoch()));
        Trace.in(jobs.traceParent(running.jobId()).orElse(null), () -> outbox.publish(cancelled));
        workers.recalled(running);
        LOG.atWarn()
                .addKeyValue("workerId", worker.id())
                .addKeyValue("jobId", running.jobId())
                .addKeyValue("epoch", running.epoch())
                .log("A worker runs what is not leased to it and is told to stop");
    }

    /** Ends an attempt whose lease is over; its job is given to another worker. */
    void takeBack(Lost lost) {
        AttemptReference attempt = lost.attempt();
        Optional<Job> job = jobs.lock(attempt.jobId());
        if (job.isEmpty()
                || !(job.get().state() instanceof JobState.Running running)
                || running.attempt().epoch() != attempt.epoch()) {
            // It ended while this transaction waited for the job.
            return;
        }
        ending.tryAgain(job.get(), running, lost.outcome(), lost.reason(), Duration.ZERO);
        AttemptCancelled cancelled =
                new AttemptCancelled(attempt, "the lease is over: " + lost.reason());
        Trace.in(job.get().traceParent(), () -> outbox.publish(cancelled));
    }
}
