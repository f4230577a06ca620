package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;

/** What a worker reports of an attempt. */
public sealed interface TrainingEvent extends Event
        permits AttemptStarted,
                TrainingProgressed,
                TrainingEvaluated,
                TrainingCheckpointed,
                AttemptFinished,
                AttemptFailed {
    /** The attempt that reports; ignored when its epoch is not the job's newest. */
    AttemptReference attempt();

    @Override
    @JsonIgnore
    default String key() {
        return attempt().jobId();
    }

    @Override
    @JsonIgnore
    default String subject() {
        return attempt().jobId();
    }
}
