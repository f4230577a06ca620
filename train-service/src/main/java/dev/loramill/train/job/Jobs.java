package dev.loramill.train.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.AttemptCancelled;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.outbox.legacy.Outbox;
import dev.loramill.outbox.legacy.Transactions;
import dev.loramill.train.announce.Relay;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What clients can ask of jobs. */
@ApplicationScoped
class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

    private final DataSource dataSource;
    private final JobCreation creation;
    private final JobTable jobs;
    private final JobDiary diary;
    private final StepTable steps;
    private final AttemptTable attempts;
    private final Outbox outbox;
    private final Relay relay;
    private final Clock clock;
    private final Event<JobsMoved> news;

    Jobs(
            DataSource dataSource,
            JobCreation creation,
            JobTable jobs,
            JobDiary diary,
            StepTable steps,
            AttemptTable attempts,
            Outbox outbox,
            Relay relay,
            Clock clock,
            Event<JobsMoved> news) {
        this.dataSource = dataSource;
        this.creation = creation;
        this.jobs = jobs;
        this.diary = diary;
        this.steps = steps;
        this.attempts = attempts;
        this.outbox = outbox;
        this.relay = relay;
        this.clock = clock;
        this.news = news;
    }

    Job create(@Nullable JsonNode body) throws SQLException {
        return creation.create(body);
    }

    /**
     * The job with an id.
     *
     * @throws RefusedException when there is none
     */
    Job require(String id) throws SQLException {
        return Transactions.call(dataSource, tx -> require(tx, id));
    }

    /**
     * Jobs, newest first.
     *
     * @param metadata pairs that the jobs must have; null for jobs that have none
     * @throws RefusedException when {@code after} names no job
     */
    Page<Job> list(PageRequest page, @Nullable Map<String, String> metadata) throws SQLException {
        return Transactions.call(
                dataSource,
                tx -> {
                    String after = page.after();
                    if (after != null && jobs.find(tx, after).isEmpty()) {
                        throw unknownAfter(after);
                    }
                    return Page.of(jobs.list(tx, page, metadata), page.limit(), Job::id);
                });
    }

    /**
     * Ends a job that has not ended; one that was cancelled before stays as it is.
     *
     * @throws RefusedException when there is none, or it has ended otherwise
     */
    Job cancel(String id) throws SQLException {
        Job job =
                Transactions.call(
                        dataSource,
                        tx -> {
                            Job found = jobs.lock(tx, id).orElseThrow(() -> missing(id));
                            if (found.state() instanceof JobState.Unfinished unfinished) {
                                cancel(tx, found, unfinished);
                            } else if (!(found.state() instanceof JobState.Cancelled)) {
                                throw RefusedException.invalid(
                                        "invalid_state",
                                        null,
                                        "job \"%s\" has %s already and cannot be cancelled"
                                                .formatted(id, found.state().status()));
                            }
                            return require(tx, id);
                        });
        relay.wake();
        news.fire(new JobsMoved());
        return job;
    }

    /** Events of a job, newest first. */
    Page<JobEvent> events(String id, PageRequest page) throws SQLException {
        Long before = page.after() == null ? null : JobEventBody.number(page.after());
        return Transactions.call(
                dataSource,
                tx -> {
                    require(tx, id);
                    return Page.of(
                            diary.list(tx, id, page, before),
                            page.limit(),
                            event -> JobEventBody.id(event.number()));
                });
    }

    /** Checkpoints of a job, newest first. */
    Page<StepTable.SavedStep> checkpoints(String id, PageRequest page) throws SQLException {
        Integer before = page.after() == null ? null : CheckpointBody.step(id, page.after());
        return Transactions.call(
                dataSource,
                tx -> {
                    require(tx, id);
                    return Page.of(
                            steps.checkpoints(tx, id, page, before),
                            page.limit(),
                            saved -> CheckpointBody.id(id, saved.checkpoint().step()));
                });
    }

    static RefusedException unknownAfter(String after) {
        return RefusedException.invalid(
                "invalid_value",
                "after",
                "after must be the id of the last item of a page, got \"%s\"".formatted(after));
    }

    private void cancel(Connection tx, Job job, JobState.Unfinished state) throws SQLException {
        jobs.update(tx, job.id(), state.cancelled(clock.instant()));
        if (state instanceof JobState.Running running) {
            attempts.ended(tx, running.attempt(), "cancelled", clock.instant());
            outbox.publish(
                    tx,
                    new AttemptCancelled(running.attempt(), "the job was cancelled by request"));
        }
        diary.info(tx, job.id(), "The job was cancelled");
        LOG.atInfo().addKeyValue("jobId", job.id()).log("A job was cancelled");
    }

    private Job require(Connection tx, String id) throws SQLException {
        return jobs.find(tx, id).orElseThrow(() -> missing(id));
    }

    private static RefusedException missing(String id) {
        return RefusedException.missing(
                "job_not_found",
                null,
                "there is no fine-tuning job \"%s\"; list those there are by GET /v1/fine_tuning/jobs"
                        .formatted(id));
    }
}
