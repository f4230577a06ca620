package dev.loramill.trainer.kernel;

import static dev.loramill.trainer.kernel.RowCodec.FLOATS;
import static dev.loramill.trainer.kernel.RowCodec.INTS;
import static dev.loramill.trainer.kernel.RowCodec.LANES;

import dev.loramill.trainer.tensor.Matrix;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Dropout of the adapters' inputs, for one member of the team. */
public final class DropoutKernels {
    private static final IntVector COLUMNS = IntVector.zero(INTS).addIndex(1);

    private final float kept;
    private final int threshold;
    private final float[] row;
    private final float[] other;

    /**
     * Makes the kernels.
     *
     * @param probability of an element to be dropped, in [0, 1)
     * @param widest most columns
     */
    public DropoutKernels(double probability, int widest) {
        this.kept = (float) (1 / (1 - probability));
        this.threshold = DropoutMask.threshold(probability);
        this.row = new float[RowCodec.padded(widest)];
        this.other = new float[RowCodec.padded(widest)];
    }

    /** Whether anything is dropped at all. */
    public boolean isActive() {
        return threshold > 0;
    }

    /** Writes the first {@code width} columns of {@code x}, some dropped and the rest scaled up. */
    public void apply(Matrix x, int width, DropoutMask dropped, Matrix out, int from, int to) {
        for (int r = from; r < to; r++) {
            RowCodec.load(x.precision(), x.address(r, 0), row, 0, width);
            mask(row, width, dropped.rowKey(r));
            RowCodec.store(out.precision(), row, 0, out.address(r, 0), width);
        }
    }

    /** {@code dx += dropped(d)} in the first {@code width} columns. */
    public void addBackward(Matrix dx, int width, DropoutMask dropped, Matrix d, int from, int to) {
        for (int r = from; r < to; r++) {
            RowCodec.load(d.precision(), d.address(r, 0), row, 0, width);
            mask(row, width, dropped.rowKey(r));
            RowCodec.load(dx.precision(), dx.address(r, 0), other, 0, width);
            for (int i = 0; i < width; i += LANES) {
                FloatVector.fromArray(FLOATS, other, i)
                        .add(FloatVector.fromArray(FLOATS, row, i))
                        .intoArray(other, i);
            }
            RowCodec.store(dx.precision(), other, 0, dx.address(r, 0), width);
        }
    }

    private void mask(float[] values, int width, int key) {
        for (int i = 0; i < width; i += LANES) {
            IntVector h = COLUMNS.add(i).mul(DropoutMask.STRIDE).lanewise(VectorOperators.XOR, key);
            h =
                    h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16))
                            .mul(DropoutMask.FIRST_FACTOR);
            h =
                    h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 13))
                            .mul(DropoutMask.SECOND_FACTOR);
            h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
            VectorMask<Integer> isDropped =
                    h.lanewise(VectorOperators.LSHR, 8).compare(VectorOperators.LT, threshold);
            FloatVector.fromArray(FLOATS, values, i)
                    .mul(kept)
                    .blend(0f, isDropped.cast(FLOATS))
                    .intoArray(values, i);
        }
    }
}
