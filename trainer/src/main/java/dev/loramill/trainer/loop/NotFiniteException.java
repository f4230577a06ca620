package dev.loramill.trainer.loop;

import java.util.List;

/** A loss or gradient that is no finite number; names the step and the rows of its batches. */
public final class NotFiniteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private NotFiniteException(String message) {
        super(message);
    }

    static NotFiniteException ofStep(
            int step, double loss, double gradientNorm, List<String> digests) {
        return new NotFiniteException(
                "loss and gradient norm must be finite, got "
                        + loss
                        + " and "
                        + gradientNorm
                        + " at step "
                        + step
                        + " with the rows "
                        + digests
                        + "; look at these rows, or lower optimizer.learningRate");
    }

    /**
     * Of an evaluation.
     *
     * @param step steps taken; 0 for the base
     * @param digests of the held-out rows in this process's batches that are not finite
     */
    static NotFiniteException ofEvaluation(int step, double loss, List<String> digests) {
        return new NotFiniteException(
                "the evaluation loss must be finite, got "
                        + loss
                        + " after step "
                        + step
                        + " with the held-out rows "
                        + digests
                        + (step == 0
                                ? "; the base itself gives it, look at its file"
                                : "; lower optimizer.learningRate"));
    }
}
