package dev.loramill.train.preparation;

import dev.loramill.events.FreezeRequested;
import dev.loramill.messaging.Trace;
import dev.loramill.outbox.Outbox;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobEventLog;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.job.JobState;
import dev.loramill.train.specification.FreezeRequests;
import dev.loramill.train.specification.JobRows;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The requests of jobs whose rows are on their way, one transaction a job. */
@ApplicationScoped
class WaitingJobRequests {
    private final JobRepository jobs;
    private final JobEventLog events;
    private final JobFailure failure;
    private final Outbox outbox;

    WaitingJobRequests(JobRepository jobs, JobEventLog events, JobFailure failure, Outbox outbox) {
        this.jobs = jobs;
        this.events = events;
        this.failure = failure;
        this.outbox = outbox;
    }

    /** Ids of the jobs that wait, oldest first. */
    @Transactional
    List<String> waiting() {
        return jobs.validating();
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

    @Transactional
    void warn(String jobId, String message) {
        lockWaiting(jobId).ifPresent(job -> events.warnOnce(job.id(), message));
    }

    private Optional<Job> lockWaiting(String jobId) {
        return jobs.lock(jobId).filter(job -> job.state() instanceof JobState.ValidatingFiles);
    }
}
