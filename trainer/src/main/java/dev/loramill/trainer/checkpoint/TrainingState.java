package dev.loramill.trainer.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands, beside its tensors.
 *
 * <p>Order of rows, dropout and learning rate follow from the job and the step alone, so the step
 * is all that a resumed run needs of them.
 *
 * @param fingerprint digest of all in the job that the losses depend on
 * @param step optimizer steps taken
 * @param trainedTokens tokens of all batches so far
 * @param wallSeconds time spent training, over all attempts
 * @param baseEvalLoss evaluation loss of the base; null if it was not measured
 * @param bestEvalLoss lowest evaluation loss so far; null before the first evaluation
 * @param bestStep step of that evaluation
 * @param evaluationsSinceBest evaluations after it
 * @param lossScaling how the loss is scaled; null where it is not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingState(
        String fingerprint,
        int step,
        long trainedTokens,
        double wallSeconds,
        @Nullable Double baseEvalLoss,
        @Nullable Double bestEvalLoss,
        int bestStep,
        int evaluationsSinceBest,
        @Nullable LossScaling lossScaling) {

    /**
     * How the loss is scaled in half precision.
     *
     * @param factor its factor now
     * @param soundSteps steps since the factor was changed
     * @param skippedSteps steps whose gradients overflowed, over the whole run
     */
    public record LossScaling(double factor, int soundSteps, int skippedSteps) {}
}
