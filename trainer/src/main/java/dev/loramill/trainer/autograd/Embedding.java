package dev.loramill.trainer.autograd;

import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.model.FrozenWeights;
import dev.loramill.trainer.model.TransformerOptions;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixAllocator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Turns tokens into the first rows of the residual stream: by the output head on the device where
 * both are one, otherwise out of the base's file, row by row.
 */
final class Embedding {
    static final String TENSOR = "token_embd.weight";

    private final FrozenWeights base;
    private final TorchDevice device;
    private final Tensor head;
    private final @Nullable Matrix staging;

    /**
     * Takes what it reads from.
     *
     * @param staging host matrix of as many rows as a batch has; null if the head is shared
     */
    Embedding(FrozenWeights base, TorchDevice device, Tensor head, @Nullable Matrix staging) {
        this.base = base;
        this.device = device;
        this.head = head;
        this.staging = staging;
    }

    /** The host matrix that tokens are looked up into; null where the head is shared. */
    static @Nullable Matrix staging(
            ModelHyperparameters shape, TransformerOptions options, MatrixAllocator allocator) {
        return shape.isTied()
                ? null
                : allocator.zeros(
                        WeightLoader.PURPOSE,
                        "tokens",
                        options.maxRows(),
                        shape.embeddingLength(),
                        WeightLoader.hostPrecision(options.precision()));
    }

    /** The stream before the first block, [T, E]. */
    Tensor of(PackedBatch batch) {
        int rows = batch.tokenCount();
        if (staging == null) {
            long[] tokens = new long[rows];
            for (int row = 0; row < rows; row++) {
                tokens[row] = batch.token(row);
            }
            return head.index_select(0, device.indices(tokens));
        }
        for (int row = 0; row < rows; row++) {
            base.rows(TENSOR, batch.token(row), 1, staging, row);
        }
        return device.copy(staging.tensor().narrow(0, 0, rows));
    }
}
