package dev.loramill.trainer.model;

import dev.loramill.trainer.kernel.HeadLayout;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixAllocator;
import dev.loramill.trainer.tensor.Precision;

/**
 * Matrices that every block uses again.
 *
 * <p>Legend: {@code inputs} are the widened inputs of the groups (that of the output projection
 * belongs to the {@link Activations}), {@code dInputs} their gradients, {@code dInner} the
 * gradients of the inner vectors, {@code dropped} the inputs of the adapters under dropout.
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
    final PerGroup<Matrix> dropped;

    Scratch(
            PerGroup<LinearGroup> groups,
            HeadLayout layout,
            int rows,
            int headRows,
            int width,
            boolean hasDropout,
            Precision precision,
            MatrixAllocator allocator) {
        projections = allocator.zeros(PURPOSE, "projections", rows, layout.width(), precision);
        output = allocator.zeros(PURPOSE, "output", rows, width, precision);
        heads = allocator.zeros(PURPOSE, "heads", headRows, layout.queryWidth(), precision);
        dKeys = allocator.zeros(PURPOSE, "d keys", headRows, layout.keyValueWidth(), precision);
        dValues = allocator.zeros(PURPOSE, "d values", headRows, layout.keyValueWidth(), precision);
        dots = allocator.zeros(PURPOSE, "dots", headRows, layout.heads(), Precision.FLOAT32);
        inputs =
                groups.map(group ->
                        allocator.zeros(
                                PURPOSE, "input " + group.role(), rows, group.width(), precision));
        dInputs =
                groups.map(group ->
                        allocator.zeros(
                                PURPOSE,
                                "d input " + group.role(),
                                rows,
                                group.width(),
                                precision));
        dInner =
                groups.map(group ->
                        allocator.zeros(
                                PURPOSE,
                                "d inner " + group.role(),
                                rows,
                                group.innerWidth(),
                                precision));
        dropped =
                groups.map(group ->
                        allocator.zeros(
                                PURPOSE,
                                "dropped " + group.role(),
                                hasDropout ? rows : 1,
                                group.width(),
                                precision));
    }
}
