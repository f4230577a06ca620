package dev.loramill.trainer.model;

import dev.loramill.trainer.kernel.DocumentSpan;
import dev.loramill.trainer.tensor.Precision;

/**
 * How a transformer trades memory for time.
 *
 * @param precision format of activations and weights
 * @param maxRows most tokens in one batch
 * @param headRows most tokens in one batch when each document is rounded up by {@link
 *     DocumentSpan#padded}
 * @param longestDocument most tokens in one document
 * @param retainedBlocks how many blocks, from the last, keep their activations instead of computing
 *     them again in the backward pass
 * @param keepsWeights whether all blocks stay dequantized; otherwise one block at a time is
 */
public record TransformerOptions(
        Precision precision,
        int maxRows,
        int headRows,
        int longestDocument,
        int retainedBlocks,
        boolean keepsWeights) {

    /** Checks the ranges. */
    public TransformerOptions {
        if (maxRows < 1 || longestDocument < 1 || longestDocument > maxRows) {
            throw new IllegalArgumentException(
                    "longestDocument must be in [1, maxRows], got "
                            + longestDocument
                            + " and "
                            + maxRows);
        }
        if (retainedBlocks < 0) {
            throw new IllegalArgumentException(
                    "retainedBlocks must be at least 0, got " + retainedBlocks);
        }
    }
}
