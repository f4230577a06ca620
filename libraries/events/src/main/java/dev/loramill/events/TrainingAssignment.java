package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;

/** What the control plane tells a worker. */
public sealed interface TrainingAssignment extends Event permits AttemptAssigned, AttemptCancelled {
    /** The attempt that is meant. */
    AttemptReference attempt();

    @Override
    @JsonIgnore
    default String key() {
        return attempt().workerId();
    }

    @Override
    @JsonIgnore
    default String subject() {
        return attempt().jobId();
    }
}
