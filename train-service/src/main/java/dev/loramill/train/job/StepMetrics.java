package dev.loramill.train.job;

import org.jspecify.annotations.Nullable;

/**
 * What was measured at a step.
 *
 * @param step optimizer step
 * @param trainLoss loss of the step
 * @param validLoss loss on the held-out rows, when it was measured then
 * @param validTokenAccuracy share of right tokens on the held-out rows, when it was measured then
 */
record StepMetrics(
        int step,
        @Nullable Double trainLoss,
        @Nullable Double validLoss,
        @Nullable Double validTokenAccuracy) {}
