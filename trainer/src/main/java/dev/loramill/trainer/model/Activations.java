package dev.loramill.trainer.model;

import dev.loramill.trainer.kernel.HeadLayout;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixAllocator;
import dev.loramill.trainer.tensor.Precision;
import org.jspecify.annotations.Nullable;

/**
 * What the backward pass of one block needs of its forward pass, beside the block's input.
 *
 * <p>Legend: T rows; queries, keys and values in the heads' layout; {@code attention} is the
 * widened input of the output projection; {@code middle} the residual stream after it; {@code
 * inner} the scaled inner vectors {@code s·h} of each group.
 */
final class Activations {
    final Matrix queries;
    final Matrix keys;
    final Matrix values;
    final Matrix logSums;
    final Matrix attention;
    final Matrix middle;
    final Matrix gateUp;
    final @Nullable Matrix projections;
    final PerGroup<Matrix> inner;

    Activations(
            PerGroup<LinearGroup> groups,
            HeadLayout heads,
            boolean keepsProjections,
            int rows,
            int headRows,
            Precision precision,
            MatrixAllocator allocator,
            String purpose) {
        LinearGroup output = groups.output();
        LinearGroup gates = groups.gateUp();
        queries = allocator.zeros(purpose, "queries", headRows, heads.queryWidth(), precision);
        keys = allocator.zeros(purpose, "keys", headRows, heads.keyValueWidth(), precision);
        values = allocator.zeros(purpose, "values", headRows, heads.keyValueWidth(), precision);
        logSums = allocator.zeros(purpose, "log sums", headRows, heads.heads(), Precision.FLOAT32);
        attention = allocator.zeros(purpose, "attention", rows, output.width(), precision);
        middle = allocator.zeros(purpose, "middle", rows, output.outputLength(), precision);
        gateUp = allocator.zeros(purpose, "gate and up", rows, gates.outputLength(), precision);
        projections =
                keepsProjections
                        ? allocator.zeros(purpose, "projections", rows, heads.width(), precision)
                        : null;
        inner =
                groups.map(group ->
                        allocator.zeros(
                                purpose,
                                "inner " + group.role(),
                                rows,
                                group.innerWidth(),
                                precision));
    }
}
