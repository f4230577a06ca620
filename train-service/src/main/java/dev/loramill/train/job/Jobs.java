package dev.loramill.train.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.AttemptCancelled;
import dev.loramill.http.IdempotencyKey;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.messaging.Trace;
import dev.loramill.outbox.Outbox;
import dev.loramill.train.attempt.AttemptRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What clients can ask of jobs. */
@ApplicationScoped
class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

    private final JobCreation creation;
    private final JobRepository jobs;
    private final JobEventLog events;
    private final JobSteps steps;
    private final AttemptRepository attempts;
    private final Outbox outbox;
    private final Clock clock;
    private final Event<JobsChanged> changes;

    Jobs(
            JobCreation creation,
            JobRepository jobs,
            JobEventLog events,
            JobSteps steps,
            AttemptRepository attempts,
            Outbox outbox,
            Clock clock,
            Event<JobsChanged> changes) {
        this.creation = creation;
        this.jobs = jobs;
        this.events = events;
        this.steps = steps;
        this.attempts = attempts;
        this.outbox = outbox;
        this.clock = clock;
        this.changes = changes;
    }

    Job create(@Nullable JsonNode body, Optional<IdempotencyKey> key) {
        return creation.create(body, key);
    }

    /**
     * The job with an id.
     *
     * @throws RefusedException when there is none
     */
    @Transactional
    Job require(String id) {
        return jobs.findByIdOptional(id).orElseThrow(() -> missing(id));
    }

    /**
     * Jobs, newest first.
     *
     * @param metadata pairs that the jobs must have; null for jobs that have none
     * @throws RefusedException when {@code after} names no job
     */
    @Transactional
    Page<Job> list(PageRequest page, @Nullable Map<String, String> metadata) {
        String after = page.after();
        Job last =
                after == null
                        ? null
                        : jobs.findByIdOptional(after).orElseThrow(() -> unknownAfter(after));
        return Page.of(jobs.list(page, last, metadata), page.limit(), Job::id);
    }

    /**
     * Ends a job that has not ended; one that was cancelled before stays as it is.
     *
     * @throws RefusedException when there is none, or it has ended otherwise
     */
    @Transactional
    Job cancel(String id) {
        Job job = jobs.lock(id).orElseThrow(() -> missing(id));
        if (job.state() instanceof JobState.Unfinished unfinished) {
            cancel(job, unfinished);
        } else if (!(job.state() instanceof JobState.Cancelled)) {
            throw RefusedException.invalid(
                    "invalid_state",
                    null,
                    "job \"%s\" has %s already and cannot be cancelled"
                            .formatted(id, job.state().status()));
        }
        return job;
    }

    /** Events of a job, newest first. */
    @Transactional
    Page<JobEvent> events(String id, PageRequest page) {
        Long before = page.after() == null ? null : JobEventBody.number(page.after());
        require(id);
        return Page.of(
                events.list(id, page, before),
                page.limit(),
                event -> JobEventBody.id(event.number()));
    }

    /** Checkpoints of a job, newest first. */
    @Transactional
    Page<JobSteps.SavedStep> checkpoints(String id, PageRequest page) {
        Integer before = page.after() == null ? null : CheckpointBody.step(id, page.after());
        require(id);
        return Page.of(
                steps.checkpoints(id, page, before),
                page.limit(),
                saved -> CheckpointBody.id(id, saved.checkpoint().step()));
    }

    static RefusedException unknownAfter(String after) {
        return RefusedException.invalid(
                "invalid_value",
                "after",
                "after must be the id of the last item of a page, got \"%s\"".formatted(after));
    }

    private void cancel(Job job, JobState.Unfinished state) {
        job.enter(state.cancelled(clock.instant()));
        if (state instanceof JobState.Running running) {
            attempts.ended(running.attempt(), "cancelled", clock.instant());
            AttemptCancelled cancelled =
                    new AttemptCancelled(running.attempt(), "the job was cancelled by request");
            Trace.in(job.traceParent(), () -> outbox.publish(cancelled));
        }
        events.info(job.id(), "The job was cancelled");
        changes.fire(new JobsChanged());
        LOG.atInfo().addKeyValue("jobId", job.id()).log("A job was cancelled");
    }

    private static RefusedException missing(String id) {
        return RefusedException.missing(
                "job_not_found",
                null,
                "there is no fine-tuning job \"%s\"; list those there are by GET /v1/fine_tuning/jobs"
                        .formatted(id));
    }
}
