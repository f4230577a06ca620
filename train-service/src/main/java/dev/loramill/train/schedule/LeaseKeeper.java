package dev.loramill.train.schedule;

import dev.loramill.events.AttemptCancelled;
import dev.loramill.events.AttemptReference;
import dev.loramill.outbox.legacy.Outbox;
import dev.loramill.train.job.AttemptTable;
import dev.loramill.train.job.Job;
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
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes leases back from silent workers, and calls back workers that run what is not theirs. */
@ApplicationScoped
class LeaseKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    private final AttemptTable attempts;
    private final JobTable jobs;
    private final WorkerTable workers;
    private final AttemptEnding ending;
    private final Outbox outbox;
    private final Duration lease;

    LeaseKeeper(
            AttemptTable attempts,
            JobTable jobs,
            WorkerTable workers,
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
     * @return whether there were any
     */
    boolean takeBack(Connection tx, Instant now, Instant heardSince) throws SQLException {
        boolean isAnyLost = false;
        for (AttemptTable.Lease held : attempts.leases(tx)) {
            Instant lastSign = held.lastSign().isAfter(heardSince) ? held.lastSign() : heardSince;
            if (now.isAfter(lastSign.plus(lease))) {
                isAnyLost |= takeBack(tx, held.attempt());
            }
        }
        return isAnyLost;
    }

    /**
     * Tells workers to stop what they run without a lease, once each.
     *
     * @return whether there were any
     */
    boolean recallStrays(Connection tx, Instant now) throws SQLException {
        boolean isAnyRecalled = false;
        for (Worker worker : workers.strays(tx, now.minus(lease))) {
            AttemptReference running = worker.running();
            if (running != null) {
                outbox.publish(
                        tx,
                        new AttemptCancelled(
                                running,
                                "the lease of epoch %d is over".formatted(running.epoch())));
                workers.recalled(tx, running);
                LOG.atWarn()
                        .addKeyValue("workerId", worker.id())
                        .addKeyValue("jobId", running.jobId())
                        .addKeyValue("epoch", running.epoch())
                        .log("A worker runs what is not leased to it and is told to stop");
                isAnyRecalled = true;
            }
        }
        return isAnyRecalled;
    }

    private boolean takeBack(Connection tx, AttemptReference attempt) throws SQLException {
        Optional<Job> job = jobs.lock(tx, attempt.jobId());
        if (job.isEmpty()
                || !(job.get().state() instanceof JobState.Running running)
                || running.attempt().epoch() != attempt.epoch()) {
            // It ended while this transaction waited for the job.
            return false;
        }
        ending.tryAgain(
                tx,
                job.get(),
                running,
                "lost",
                "worker \"%s\" was not heard for %d seconds"
                        .formatted(attempt.workerId(), lease.toSeconds()),
                Duration.ZERO);
        outbox.publish(
                tx,
                new AttemptCancelled(attempt, "the worker was not heard and its lease is over"));
        return true;
    }
}
