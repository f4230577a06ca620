package dev.loramill.trainer.model;

import dev.loramill.trainer.kernel.HeadLayout;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixArena;
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
            Precision precision,
            MatrixArena arena,
            String purpose) {
        LinearGroup output = groups.output();
        LinearGroup gates = groups.gateUp();
        queries = arena.zeros(purpose, "queries", rows, heads.queryWidth(), precision);
        keys = arena.zeros(purpose, "keys", rows, heads.keyValueWidth(), precision);
        values = arena.zeros(purpose, "values", rows, heads.keyValueWidth(), precision);
        logSums = arena.zeros(purpose, "log sums", rows, heads.heads(), Precision.FLOAT32);
        attention = arena.zeros(purpose, "attention", rows, output.width(), precision);
        middle = arena.zeros(purpose, "middle", rows, output.outputLength(), precision);
        gateUp = arena.zeros(purpose, "gate and up", rows, gates.outputLength(), precision);
        projections =
                keepsProjections
                        ? arena.zeros(purpose, "projections", rows, heads.width(), precision)
                        : null;
        inner =
                groups.map(group ->
                        arena.zeros(
                                purpose,
                                "inner " + group.role(),
                                rows,
                                group.innerWidth(),
                                precision));
    }
}
