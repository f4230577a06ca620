package dev.loramill.trainer.kernel;

import static dev.loramill.trainer.kernel.RowCodec.FLOATS;
import static dev.loramill.trainer.kernel.RowCodec.LANES;

import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.Precision;
import jdk.incubator.vector.FloatVector;

/**
 * Root-mean-square normalization and the residual additions beside it, for one member of the team.
 *
 * <p>Legend: {@code x} is the residual stream [T, d]; {@code weight} has d elements; a normalized
 * output may have more than d columns, of which only the first d are written.
 */
public final class NormKernels {
    private final int width;
    private final float epsilon;
    private final float[] a;
    private final float[] b;
    private final float[] c;

    /** Makes the kernels for rows of {@code width} elements. */
    public NormKernels(int width, float epsilon) {
        this.width = width;
        this.epsilon = epsilon;
        int padded = RowCodec.padded(width);
        this.a = new float[padded];
        this.b = new float[padded];
        this.c = new float[padded];
    }

    /** {@code out = normalize(x) · weight}; {@code weight} is padded to whole vectors. */
    public void normalize(Matrix x, float[] weight, Matrix out, int from, int to) {
        for (int row = from; row < to; row++) {
            RowCodec.load(x.precision(), x.address(row, 0), a, 0, width);
            normalizeRow(weight);
            RowCodec.store(out.precision(), b, 0, out.address(row, 0), width);
        }
    }

    /** As {@link #normalize}, of row {@code rows[i]} of {@code x} into row {@code i}. */
    public void normalizeRows(
            Matrix x, int[] rows, int first, int count, float[] weight, Matrix out) {
        for (int i = 0; i < count; i++) {
            RowCodec.load(x.precision(), x.address(rows[first + i], 0), a, 0, width);
            normalizeRow(weight);
            RowCodec.store(out.precision(), b, 0, out.address(i, 0), width);
        }
    }

    /** {@code sum = x + y}, then {@code out = normalize(sum) · weight}. */
    public void addNormalize(
            Matrix x, Matrix y, float[] weight, Matrix sum, Matrix out, int from, int to) {
        for (int row = from; row < to; row++) {
            addRow(x, y, sum, row);
            normalizeRow(weight);
            RowCodec.store(out.precision(), b, 0, out.address(row, 0), width);
        }
    }

    /** {@code sum = x + y}. */
    public void add(Matrix x, Matrix y, Matrix sum, int from, int to) {
        for (int row = from; row < to; row++) {
            addRow(x, y, sum, row);
        }
    }

    /**
     * Gradient of {@link #normalize} with the residual beside it: adds to {@code dx} the way of
     * {@code dOut} back through the normalization of {@code x}, and makes {@code out} again.
     */
    public void normalizeBackward(
            Matrix dOut, Matrix x, float[] weight, Matrix dx, Matrix out, int from, int to) {
        for (int row = from; row < to; row++) {
            RowCodec.load(x.precision(), x.address(row, 0), a, 0, width);
            RowCodec.load(dOut.precision(), dOut.address(row, 0), b, 0, width);
            RowCodec.load(dx.precision(), dx.address(row, 0), c, 0, width);
            backwardRow(weight);
            RowCodec.store(dx.precision(), c, 0, dx.address(row, 0), width);
            normalizeRow(weight);
            RowCodec.store(out.precision(), b, 0, out.address(row, 0), width);
        }
    }

    /** As {@link #normalizeBackward} without a residual: row {@code i} into row {@code rows[i]}. */
    public void normalizeRowsBackward(
            Matrix dOut, Matrix x, int[] rows, int first, int count, float[] weight, Matrix dx) {
        for (int i = 0; i < count; i++) {
            int row = rows[first + i];
            RowCodec.load(x.precision(), x.address(row, 0), a, 0, width);
            RowCodec.load(dOut.precision(), dOut.address(i, 0), b, 0, width);
            java.util.Arrays.fill(c, 0f);
            backwardRow(weight);
            RowCodec.store(dx.precision(), c, 0, dx.address(row, 0), width);
        }
    }

    /** Leaves in {@code a} what was stored, so that a later look at the sum finds the same. */
    private void addRow(Matrix x, Matrix y, Matrix sum, int row) {
        RowCodec.load(x.precision(), x.address(row, 0), a, 0, width);
        RowCodec.load(y.precision(), y.address(row, 0), b, 0, width);
        for (int i = 0; i < a.length; i += LANES) {
            FloatVector.fromArray(FLOATS, a, i)
                    .add(FloatVector.fromArray(FLOATS, b, i))
                    .intoArray(a, i);
        }
        RowCodec.store(sum.precision(), a, 0, sum.address(row, 0), width);
        if (sum.precision() != Precision.FLOAT32) {
            RowCodec.load(sum.precision(), sum.address(row, 0), a, 0, width);
        }
    }

    /** Normalizes {@code a} into {@code b}; the padding of {@code a} is always zero. */
    private void normalizeRow(float[] weight) {
        float scale = inverseRoot();
        for (int i = 0; i < a.length; i += LANES) {
            FloatVector.fromArray(FLOATS, a, i)
                    .mul(scale)
                    .mul(FloatVector.fromArray(FLOATS, weight, i))
                    .intoArray(b, i);
        }
    }

    /** Adds to {@code c} the gradient for {@code a}, given that for the output in {@code b}. */
    private void backwardRow(float[] weight) {
        float scale = inverseRoot();
        FloatVector dot = FloatVector.zero(FLOATS);
        for (int i = 0; i < a.length; i += LANES) {
            FloatVector g =
                    FloatVector.fromArray(FLOATS, b, i)
                            .mul(FloatVector.fromArray(FLOATS, weight, i));
            g.intoArray(b, i);
            dot = g.fma(FloatVector.fromArray(FLOATS, a, i), dot);
        }
        float shared = Lanes.sum(dot) / width * scale * scale * scale;
        for (int i = 0; i < a.length; i += LANES) {
            FloatVector g = FloatVector.fromArray(FLOATS, b, i).mul(scale);
            g = FloatVector.fromArray(FLOATS, a, i).fma(FloatVector.broadcast(FLOATS, -shared), g);
            FloatVector.fromArray(FLOATS, c, i).add(g).intoArray(c, i);
        }
    }

    private float inverseRoot() {
        FloatVector squares = FloatVector.zero(FLOATS);
        for (int i = 0; i < a.length; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, a, i);
            squares = x.fma(x, squares);
        }
        float mean = Lanes.sum(squares) / width;
        return (float) (1.0 / Math.sqrt(mean + (double) epsilon));
    }
}
