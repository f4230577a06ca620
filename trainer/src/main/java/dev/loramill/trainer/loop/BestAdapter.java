package dev.loramill.trainer.loop;

import dev.loramill.trainer.checkpoint.TrainingState;
import dev.loramill.trainer.lora.LoraParameters;
import org.jspecify.annotations.Nullable;

/** The evaluation with the lowest loss so far, and the adapter that it was of, where it is kept. */
final class BestAdapter {
    private final boolean keepsValues;
    private @Nullable Double evalLoss;
    private int step;
    private int evaluationsSince;
    private float @Nullable [] values;

    /**
     * Remembers nothing yet.
     *
     * @param keepsValues whether this process keeps the adapter besides its loss
     */
    BestAdapter(boolean keepsValues) {
        this.keepsValues = keepsValues;
    }

    /** Takes note of an evaluation. */
    void remember(double loss, int atStep, LoraParameters parameters) {
        if (evalLoss != null && loss >= evalLoss) {
            evaluationsSince++;
            return;
        }
        evalLoss = loss;
        step = atStep;
        evaluationsSince = 0;
        if (keepsValues) {
            values = parameters.get(0, parameters.layout().length());
        }
    }

    /** Goes on from a checkpoint. */
    void resume(TrainingState state, float @Nullable [] kept) {
        evalLoss = state.bestEvalLoss();
        step = state.bestStep();
        evaluationsSince = state.evaluationsSinceBest();
        values = keepsValues ? kept : null;
    }

    /** Its loss; null before the first evaluation. */
    @Nullable Double evalLoss() {
        return evalLoss;
    }

    /** The step that it was evaluated after. */
    int step() {
        return step;
    }

    /** Evaluations since then that were no better. */
    int evaluationsSince() {
        return evaluationsSince;
    }

    /** The adapter's parameters; null where they are not kept. */
    float @Nullable [] values() {
        return values;
    }
}
