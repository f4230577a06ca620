package dev.loramill.trainer.loop;

import dev.loramill.trainer.checkpoint.TrainingState;
import dev.loramill.trainer.tensor.Precision;
import org.jspecify.annotations.Nullable;

/**
 * The factor of the loss on the way back, which keeps small gradients from vanishing in halves.
 *
 * <p>It is halved whenever a gradient is no finite number, and that step is skipped; it is doubled
 * after {@value #STEPS_TO_DOUBLE} steps without one. In other precisions it stays 1.
 */
final class LossScale {
    static final int STEPS_TO_DOUBLE = 2000;
    static final double HIGHEST = 1 << 24;

    private final boolean isDynamic;
    private double factor;
    private int soundSteps;
    private int skippedSteps;

    private LossScale(boolean isDynamic, double first) {
        this.isDynamic = isDynamic;
        this.factor = isDynamic ? first : 1;
    }

    /** The scale at the start of a run. */
    static LossScale of(Precision precision, double first) {
        return new LossScale(precision == Precision.FLOAT16, first);
    }

    /** What the loss is multiplied by, and the gradients must be divided by. */
    double factor() {
        return factor;
    }

    /** Steps that were skipped so far. */
    int skippedSteps() {
        return skippedSteps;
    }

    /** Whether gradients that are no finite numbers may come of the scale. */
    boolean canLower() {
        return factor > 1;
    }

    /** Halves the factor, because the step that was taken with it is skipped. */
    void lower() {
        if (!canLower()) {
            throw new IllegalStateException("the loss scale is 1 and cannot be lowered");
        }
        factor = Math.max(1, factor / 2);
        soundSteps = 0;
        skippedSteps++;
    }

    /** Counts a sound step, and doubles the factor when there were enough. */
    void keep() {
        if (isDynamic && ++soundSteps == STEPS_TO_DOUBLE) {
            factor = Math.min(HIGHEST, factor * 2);
            soundSteps = 0;
        }
    }

    /** For a checkpoint; null where nothing is scaled. */
    TrainingState.@Nullable LossScaling state() {
        return isDynamic ? new TrainingState.LossScaling(factor, soundSteps, skippedSteps) : null;
    }

    /** Goes on from a checkpoint. */
    void resume(TrainingState.@Nullable LossScaling state) {
        if (state != null) {
            factor = state.factor();
            soundSteps = state.soundSteps();
            skippedSteps = state.skippedSteps();
        }
    }
}
