package dev.loramill.trainer.kernel;

import static dev.loramill.trainer.kernel.RowCodec.LANES;

import dev.loramill.trainer.tensor.Matrix;
import jdk.incubator.vector.FloatVector;

/**
 * The seam between base and adapter in the widened matrices, for one member of the team.
 *
 * <p>A linear group multiplies the widened input {@code [x | s·h]} with {@code [W | B]}, so base
 * and adapter are one product; these kernels move {@code h} in and its gradient out.
 */
public final class LoraKernels {
    private final float[] row;

    /** Makes the kernels for at most {@code widest} rank columns. */
    public LoraKernels(int widest) {
        this.row = new float[RowCodec.padded(Math.max(widest, 1))];
    }

    /** Scales {@code h} in place and writes it to the columns of {@code x} from {@code column}. */
    public void inject(Matrix h, float scale, Matrix x, int column, int from, int to) {
        int width = h.columns();
        for (int r = from; r < to; r++) {
            RowCodec.load(h.precision(), h.address(r, 0), row, 0, width);
            scale(scale, width);
            RowCodec.store(h.precision(), row, 0, h.address(r, 0), width);
            RowCodec.store(x.precision(), row, 0, x.address(r, column), width);
        }
    }

    /** Reads scaled gradients out of the columns of {@code dx} from {@code column}. */
    public void extract(Matrix dx, int column, float scale, Matrix dh, int from, int to) {
        int width = dh.columns();
        for (int r = from; r < to; r++) {
            RowCodec.load(dx.precision(), dx.address(r, column), row, 0, width);
            scale(scale, width);
            RowCodec.store(dh.precision(), row, 0, dh.address(r, 0), width);
        }
    }

    /** Sets rows to zero, so that padding adds nothing to gradients of weights. */
    public void clear(Matrix matrix, int from, int to) {
        if (from < to) {
            long bytes = (long) (to - from) * matrix.columns() * matrix.precision().bytes();
            RowCodec.clear(matrix.address(from, 0), bytes);
        }
    }

    private void scale(float scale, int width) {
        if (scale != 1f) {
            for (int i = 0; i < width; i++) {
                row[i] *= scale;
            }
        }
    }

    /** Writes a master matrix [rows, columns] of floats into a block of a wider matrix. */
    public static void publish(
            Matrix masters, long first, int rows, int columns, Matrix target, int row, int column) {
        float[] values = new float[columns];
        for (int r = 0; r < rows; r++) {
            RowCodec.load(
                    masters.precision(),
                    masters.elementAddress(first + (long) r * columns),
                    values,
                    0,
                    columns);
            RowCodec.store(target.precision(), values, 0, target.address(row + r, column), columns);
        }
    }

    /**
     * Adds the members' partial gradients of one master matrix [rows, columns] to the flat
     * gradient; the block lies at ({@code row}, {@code column}) of each partial matrix.
     */
    public static void reduce(
            Matrix[] partials,
            int row,
            int column,
            Matrix gradients,
            long first,
            int rows,
            int columns) {
        int whole = columns - columns % LANES;
        for (int r = 0; r < rows; r++) {
            long target = gradients.elementAddress(first + (long) r * columns);
            for (int i = 0; i < whole; i += LANES) {
                FloatVector sum = RowCodec.floatsAt(target + 4L * i);
                for (Matrix partial : partials) {
                    sum =
                            sum.add(
                                    RowCodec.vectorAt(
                                            partial.precision(),
                                            partial.address(row + r, column + i)));
                }
                RowCodec.floatsTo(sum, target + 4L * i);
            }
            for (int i = whole; i < columns; i++) {
                float sum = RowCodec.loadFloat(target + 4L * i);
                for (Matrix partial : partials) {
                    sum +=
                            RowCodec.elementAt(
                                    partial.precision(), partial.address(row + r, column + i));
                }
                RowCodec.storeFloat(target + 4L * i, sum);
            }
        }
    }
}
