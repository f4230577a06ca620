package dev.loramill.trainer.model;

import dev.loramill.trainer.kernel.HeadLayout;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.Precision;

/**
 * Matrices that every block uses again.
 *
 * <p>Legend: {@code inputs} are the widened inputs of the groups (that of the output projection
 * belongs to the {@link Activations}), {@code dInputs} their gradients, {@code dInner} the
 * gradients of the inner vectors.
 */
final class Scratch {
    private static final String PURPOSE = "working memory";

    final Matrix projections;
    final Matrix output;
    final Matrix heads;
    final Matrix dKeys;
    final Matrix dValues;
    final Matrix dots;
    final PerGroup<Matrix> inputs;
    final PerGroup<Matrix> dInputs;
    final PerGroup<Matrix> dInner;

    Scratch(
            PerGroup<LinearGroup> groups,
            HeadLayout layout,
            int rows,
            int width,
            Precision precision,
            MatrixArena arena) {
        projections = arena.zeros(PURPOSE, "projections", rows, layout.width(), precision);
        output = arena.zeros(PURPOSE, "output", rows, width, precision);
        heads = arena.zeros(PURPOSE, "heads", rows, layout.queryWidth(), precision);
        dKeys = arena.zeros(PURPOSE, "d keys", rows, layout.keyValueWidth(), precision);
        dValues = arena.zeros(PURPOSE, "d values", rows, layout.keyValueWidth(), precision);
        dots = arena.zeros(PURPOSE, "dots", rows, layout.heads(), Precision.FLOAT32);
        inputs =
                groups.map(group ->
                        arena.zeros(
                                PURPOSE, "input " + group.role(), rows, group.width(), precision));
        dInputs =
                groups.map(group ->
                        arena.zeros(
                                PURPOSE,
                                "d input " + group.role(),
                                rows,
                                group.width(),
                                precision));
        dInner =
                groups.map(group ->
                        arena.zeros(
                                PURPOSE,
                                "d inner " + group.role(),
                                rows,
                                group.innerWidth(),
                                precision));
    }
}
