package dev.loramill.train.schedule;

import dev.loramill.train.attempt.AttemptRepository;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobError;
import dev.loramill.train.job.JobEventLog;
import dev.loramill.train.job.JobState;
import dev.loramill.train.job.JobsChanged;
import dev.loramill.train.job.ResumePoint;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends attempts that brought no adapter: the job is queued again, or fails. */
@ApplicationScoped
class AttemptEnding {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptEnding.class);

    private final AttemptRepository attempts;
    private final JobEventLog events;
    private final ScheduleConfig config;
    private final Clock clock;
    private final Event<JobsChanged> changes;

    AttemptEnding(
            AttemptRepository attempts,
            JobEventLog events,
            ScheduleConfig config,
            Clock clock,
            Event<JobsChanged> changes) {
        this.attempts = attempts;
        this.events = events;
        this.config = config;
        this.clock = clock;
        this.changes = changes;
    }

    /**
     * Gives the job, which is locked, another attempt, unless it has had its share.
     *
     * @param outcome word for how the attempt ended
     * @param reason sentence on why
     * @param pause time before the next attempt
     */
    void tryAgain(Job job, JobState.Running state, String outcome, String reason, Duration pause) {
        int made = state.attempt().attempt();
        if (made >= config.maxAttempts()) {
            fail(
                    job,
                    state,
                    outcome,
                    new JobError(
                            "attempts_exhausted",
                            "the last of %d attempts failed: %s".formatted(made, reason),
                            null));
            return;
        }
        end(state, outcome);
        job.enter(state.lost(clock.instant().plus(pause)));
        events.warn(
                job.id(),
                "Attempt %d of at most %d is over: %s; another goes on from %s"
                        .formatted(
                                made, config.maxAttempts(), reason, position(state.checkpoint())));
        LOG.atWarn()
                .addKeyValue("jobId", job.id())
                .addKeyValue("attempt", made)
                .addKeyValue("epoch", state.attempt().epoch())
                .addKeyValue("workerId", state.attempt().workerId())
                .addKeyValue("outcome", outcome)
                .log("An attempt is over and the job is queued again");
    }

    /** Ends the job, which is locked, without an adapter. */
    void fail(Job job, JobState.Running state, String outcome, JobError error) {
        end(state, outcome);
        job.enter(state.failed(error, clock.instant()));
        events.error(job.id(), "The job failed: " + error.message());
        LOG.atWarn()
                .addKeyValue("jobId", job.id())
                .addKeyValue("code", error.code())
                .log("A job failed");
    }

    /** Pause after so many attempts that failed. */
    Duration pauseAfter(int attempts) {
        Duration longest = Duration.ofMinutes(1);
        Duration pause = config.retryDelay();
        for (int i = 1; i < attempts && pause.compareTo(longest) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(longest) > 0 ? longest : pause;
    }

    private void end(JobState.Running state, String outcome) {
        attempts.ended(state.attempt(), outcome, clock.instant());
        changes.fire(new JobsChanged());
    }

    private static String position(@Nullable ResumePoint checkpoint) {
        return checkpoint == null ? "the beginning" : "step " + checkpoint.step();
    }
}
