package dev.loramill.train.preparation;

import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobError;
import dev.loramill.train.job.JobEventLog;
import dev.loramill.train.job.JobState;
import dev.loramill.train.job.JobsChanged;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends jobs whose rows will never be frozen. */
@ApplicationScoped
class JobFailure {
    private static final Logger LOG = LoggerFactory.getLogger(JobFailure.class);
    private static final String CODE = "invalid_training_file";
    private static final String PARAM = "training_file";

    private final JobEventLog events;
    private final Clock clock;
    private final Event<JobsChanged> changes;

    JobFailure(JobEventLog events, Clock clock, Event<JobsChanged> changes) {
        this.events = events;
        this.clock = clock;
        this.changes = changes;
    }

    /** Fails a job, which is locked, unless its rows have been frozen or it has ended. */
    void fail(Job job, String message) {
        if (!(job.state() instanceof JobState.ValidatingFiles state)) {
            return;
        }
        job.enter(state.failed(new JobError(CODE, message, PARAM), clock.instant()));
        events.error(job.id(), "The job failed: " + message);
        changes.fire(new JobsChanged());
        LOG.atWarn()
                .addKeyValue("jobId", job.id())
                .addKeyValue("code", CODE)
                .log("A job failed before training");
    }
}
