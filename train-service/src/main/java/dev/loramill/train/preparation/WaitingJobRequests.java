package dev.loramill.train.preparation;

import dev.loramill.events.FreezeRequested;
import dev.loramill.messaging.Trace;
import dev.loramill.outbox.Outbox;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.job.JobState;
import dev.loramill.train.specification.FreezeRequests;
import dev.loramill.train.specification.JobRows;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The requests of jobs whose rows are on their way, one transaction a job. */
@ApplicationScoped
class WaitingJobRequests {
    private final JobRepository jobs;
    private final JobFailure failure;
    private final Outbox outbox;
    private final Clock clock;

    WaitingJobRequests(JobRepository jobs, JobFailure failure, Outbox outbox, Clock clock) {
        this.jobs = jobs;
        this.failure = failure;
        this.outbox = outbox;
        this.clock = clock;
    }

    /** Ids of the jobs that wait and are to be looked after. */
    @Transactional
    List<String> waiting() {
        return jobs.validating(clock.instant());
    }

    /**
     * What a job waits for.
     *
     * @param rows its rows
     * @param traceParent trace that it belongs to
     */
    record Waiting(JobRows.OfFile rows, @Nullable String traceParent) {}

    /** Publishes a job's freeze request again; empty when it no longer waits. */
    @Transactional
    Optional<Waiting> askAgain(String jobId) {
        Optional<Job> job = lockWaiting(jobId);
        if (job.isEmpty() || !(job.get().specification().rows() instanceof JobRows.OfFile rows)) {
            return Optional.empty();
        }
        if (failure.isTooLate(job.get())) {
            return Optional.empty();
        }
        FreezeRequested request = FreezeRequests.of(jobId, job.get().specification()).orElseThrow();
        job.get().awaitFreeze(request.requestDigest());
        String traceParent = job.get().traceParent();
        Trace.in(traceParent, () -> outbox.publish(request));
        return Optional.of(new Waiting(rows, traceParent));
    }

    @Transactional
    void fail(String jobId, String message) {
        lockWaiting(jobId).ifPresent(job -> failure.fail(job, message));
    }

    /** Notes that ingest knows of a job's rows. */
    @Transactional
    void opened(String jobId) {
        lockWaiting(jobId).filter(job -> job.openTries() > 0).ifPresent(job -> job.opened(true));
    }

    /** Notes that ingest could not be asked for a job's rows. */
    @Transactional
    void openFailed(String jobId, String reason) {
        lockWaiting(jobId).ifPresent(job -> failure.openFailed(job, reason));
    }

    private Optional<Job> lockWaiting(String jobId) {
        return jobs.lock(jobId).filter(job -> job.state() instanceof JobState.ValidatingFiles);
    }
}
