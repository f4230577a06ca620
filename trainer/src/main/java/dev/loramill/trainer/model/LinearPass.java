package dev.loramill.trainer.model;

import dev.loramill.trainer.kernel.DropoutMask;
import dev.loramill.trainer.model.LinearGroup.Role;
import dev.loramill.trainer.profile.StepPart;
import dev.loramill.trainer.tensor.Matrix;
import org.jspecify.annotations.Nullable;

/** One member's products of its rows with the weights of base and adapter. */
final class LinearPass {
    private final Scratch scratch;
    private final Workspace own;
    private final float loraScale;
    private final @Nullable DropoutMask dropped;
    private final RowShare rows;

    /**
     * Prepares the products of some rows.
     *
     * @param dropped says which inputs of the adapters are dropped; null drops none
     */
    LinearPass(
            ModelPlan plan,
            Scratch scratch,
            Workspace own,
            @Nullable DropoutMask dropped,
            RowShare rows) {
        this.scratch = scratch;
        this.own = own;
        this.loraScale = (float) plan.lora().scale();
        this.dropped = own.dropout.isActive() ? dropped : null;
        this.rows = rows;
    }

    /** The output of a group, for its input {@code x}, which is widened on the way. */
    void forward(BlockAt block, Role role, Matrix x, Matrix output) {
        innerVectors(block, role, x);
        own.gemm.forward(
                output, x, block.weights().group(role).weights(), rows.from(), rows.productRows());
        own.clock.lap(StepPart.BLOCK_PRODUCTS);
    }

    /** Computes the adapters' inner vectors of a group and widens its input by them. */
    void innerVectors(BlockAt block, Role role, Matrix x) {
        BlockWeights.Widened widened = block.weights().group(role);
        LinearGroup group = widened.group();
        if (group.isAdapted()) {
            Matrix inner = block.kept().inner.get(role);
            own.gemm.forward(
                    inner,
                    adapterInput(block.index(), group, x),
                    widened.inner(),
                    rows.from(),
                    rows.productRows());
            own.lora.inject(inner, loraScale, x, group.inputLength(), rows.from(), rows.to());
            own.lora.clear(inner, rows.to(), rows.from() + rows.productRows());
            own.clock.lap(StepPart.ADAPTER);
        }
    }

    /**
     * The gradient of a group's input, given that of its output; leaves the gradient of the
     * adapters' second matrices from these rows in the member's workspace.
     */
    Matrix backward(BlockAt block, Role role, Matrix dOutput) {
        BlockWeights.Widened widened = block.weights().group(role);
        LinearGroup group = widened.group();
        Matrix dx = scratch.dInputs.get(role);
        own.gemm.backward(dx, dOutput, widened.weights(), rows.from(), rows.productRows());
        own.clock.lap(StepPart.BLOCK_PRODUCTS);
        if (!group.isAdapted()) {
            return dx;
        }
        Matrix dInner = scratch.dInner.get(role);
        own.lora.extract(dx, group.inputLength(), loraScale, dInner, rows.from(), rows.to());
        own.lora.clear(dInner, rows.to(), rows.from() + rows.productRows());
        own.gemm.weightGradient(
                own.dSecond.get(role),
                dOutput,
                block.kept().inner.get(role),
                rows.from(),
                rows.productRows());
        if (dropped == null) {
            own.gemm.addBackward(dx, dInner, widened.inner(), rows.from(), rows.productRows());
        } else {
            Matrix seen = scratch.dropped.get(role);
            own.gemm.backward(seen, dInner, widened.inner(), rows.from(), rows.productRows());
            own.dropout.addBackward(
                    dx,
                    group.inputLength(),
                    maskOf(block.index(), group, dropped),
                    seen,
                    rows.from(),
                    rows.to());
        }
        own.clock.lap(StepPart.ADAPTER);
        return dx;
    }

    /**
     * Leaves the gradient of the adapters' first matrices from these rows in the member's
     * workspace; comes after {@link #backward} of the group, whose input {@code x} is.
     */
    void firstGradient(BlockAt block, Role role, Matrix x) {
        LinearGroup group = block.weights().group(role).group();
        if (group.isAdapted()) {
            own.gemm.weightGradient(
                    own.dFirst.get(role),
                    scratch.dInner.get(role),
                    adapterInput(block.index(), group, x),
                    rows.from(),
                    rows.productRows());
            own.clock.lap(StepPart.ADAPTER);
        }
    }

    /** What the adapters of a group see: its input, under dropout where there is any. */
    private Matrix adapterInput(int block, LinearGroup group, Matrix x) {
        if (dropped == null) {
            return x;
        }
        Matrix seen = scratch.dropped.get(group.role());
        own.dropout.apply(
                x,
                group.inputLength(),
                maskOf(block, group, dropped),
                seen,
                rows.from(),
                rows.to());
        return seen;
    }

    private static DropoutMask maskOf(int block, LinearGroup group, DropoutMask ofBatch) {
        return ofBatch.ofBlock(block).ofInput(group.parts().getFirst().target());
    }
}
