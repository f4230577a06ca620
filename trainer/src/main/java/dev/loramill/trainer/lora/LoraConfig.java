package dev.loramill.trainer.lora;

import dev.loramill.llama.gguf.LoraTarget;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How a base is adapted: {@code W + scale · B A} for each target.
 *
 * @param rank rows of A and columns of B, in [1, 256]
 * @param alpha numerator of the scale; finite and above 0
 * @param dropout probability that an element of the adapter's input is dropped, in [0, 1)
 * @param isRankStabilized divides alpha by the root of the rank instead of the rank
 * @param targets the adapted weights of every block; at least one
 */
public record LoraConfig(
        int rank, double alpha, double dropout, boolean isRankStabilized, Set<LoraTarget> targets) {

    /** Checks the ranges. */
    public LoraConfig {
        if (rank < 1 || rank > 256) {
            throw new IllegalArgumentException("lora.rank must be in [1, 256], got " + rank);
        }
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException(
                    "lora.alpha must be finite and above 0, got " + alpha);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("lora.dropout must be in [0, 1), got " + dropout);
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException(
                    "lora.targets must name at least one of q, k, v, o, gate, up, down");
        }
        targets = Collections.unmodifiableSet(EnumSet.copyOf(targets));
    }

    /** Factor of the adapter's output. */
    public double scale() {
        return alpha / (isRankStabilized ? Math.sqrt(rank) : rank);
    }
}
