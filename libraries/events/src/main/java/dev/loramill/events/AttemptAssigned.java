package dev.loramill.events;

import org.jspecify.annotations.Nullable;

/**
 * A worker was given an attempt.
 *
 * @param attempt the attempt and its epoch
 * @param spec what to train
 * @param checkpoint where to go on; null to begin
 */
public record AttemptAssigned(
        AttemptReference attempt, TrainingSpec spec, @Nullable ArtifactReference checkpoint)
        implements TrainingAssignment {}
