package dev.loramill.train.preparation;

import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobError;
import dev.loramill.train.job.JobEventLog;
import dev.loramill.train.job.JobState;
import dev.loramill.train.job.JobsChanged;
import dev.loramill.train.schedule.ScheduleConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of a job whose rows could not be frozen: another try after a pause of its
 * own, longer each time, or its end. No other job waits for it.
 */
@ApplicationScoped
class JobFailure {
    private static final Logger LOG = LoggerFactory.getLogger(JobFailure.class);
    private static final String INVALID_FILE = "invalid_training_file";
    private static final String EXHAUSTED = "preparation_exhausted";
    private static final String PARAM = "training_file";
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private final JobEventLog events;
    private final ScheduleConfig config;
    private final Clock clock;
    private final Instant startedAt;
    private final Event<JobsChanged> changes;

    JobFailure(JobEventLog events, ScheduleConfig config, Clock clock, Event<JobsChanged> changes) {
        this.events = events;
        this.config = config;
        this.clock = clock;
        this.startedAt = clock.instant();
        this.changes = changes;
    }

    /** Fails a job, which is locked, unless its rows have been frozen or it has ended. */
    void fail(Job job, String message) {
        fail(job, INVALID_FILE, message);
    }

    /** Notes that the rows of a job, which is locked, could not be frozen this time. */
    void freezeFailed(Job job, String reason) {
        if (job.state() instanceof JobState.ValidatingFiles) {
            job.freezeFailed();
            tryAgain(job, job.freezeTries(), reason);
        }
    }

    /** Notes that ingest could not be asked for the rows of a job, which is locked. */
    void openFailed(Job job, String reason) {
        if (job.state() instanceof JobState.ValidatingFiles) {
            job.opened(false);
            tryAgain(job, job.openTries(), reason);
        }
    }

    /**
     * Fails a job, which is locked, when its rows have been on their way for too long. Time in
     * which this service was down is nobody's delay.
     */
    boolean isTooLate(Job job) {
        Duration limit = config.preparationLimit();
        Instant since = job.createdAt().isBefore(startedAt) ? startedAt : job.createdAt();
        if (clock.instant().isBefore(since.plus(limit))) {
            return false;
        }
        fail(
                job,
                EXHAUSTED,
                "the rows were not frozen within %s (loramill.train.schedule.preparation-limit)"
                        .formatted(limit));
        return true;
    }

    private void tryAgain(Job job, int tries, String reason) {
        if (tries >= config.preparationTries()) {
            fail(job, EXHAUSTED, "the last of %d tries failed: %s".formatted(tries, reason));
            return;
        }
        Instant due = clock.instant().plus(pauseAfter(tries, config.preparationInterval()));
        job.prepareAt(due);
        events.warnOnce(job.id(), reason + "; it is tried again");
    }

    /** The interval after the first try; it doubles with each further one. */
    static Duration pauseAfter(int tries, Duration interval) {
        Duration pause = interval;
        for (int i = 1; i < tries && pause.compareTo(LONGEST_PAUSE) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        Duration longest = interval.compareTo(LONGEST_PAUSE) > 0 ? interval : LONGEST_PAUSE;
        return pause.compareTo(longest) > 0 ? longest : pause;
    }

    private void fail(Job job, String code, String message) {
        if (!(job.state() instanceof JobState.ValidatingFiles state)) {
            return;
        }
        job.enter(state.failed(new JobError(code, message, PARAM), clock.instant()));
        events.error(job.id(), "The job failed: " + message);
        changes.fire(new JobsChanged());
        LOG.atWarn()
                .addKeyValue("jobId", job.id())
                .addKeyValue("code", code)
                .log("A job failed before training");
    }
}
