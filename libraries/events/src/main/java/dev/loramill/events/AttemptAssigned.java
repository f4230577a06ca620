package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A worker was given an attempt.
 *
 * @param attempt the attempt and its epoch
 * @param spec what to train
 * @param checkpoint where to go on; null to begin
 * @param instance {@link WorkerHeartbeat#instance} of the worker that it is meant for; null for any
 *     of its id
 */
public record AttemptAssigned(
        AttemptReference attempt,
        TrainingSpec spec,
        @Nullable ArtifactReference checkpoint,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String instance)
        implements TrainingAssignment {
    public AttemptAssigned {
        if (instance != null) {
            Check.id("instance", instance);
        }
    }
}
