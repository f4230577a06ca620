package dev.loramill.trainer.loop;

import java.util.List;

/** A loss or gradient that is no finite number; names the step and the rows of its batches. */
public final class NotFiniteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotFiniteException(int step, double loss, double gradientNorm, List<String> digests) {
        super(
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
}
