package dev.loramill.trainer.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Matrix products of one member of the team, on its rows.
 *
 * <p>Legend: {@code X} is [T, in], {@code W} is [out, in], {@code Y} is [T, out]; only the rows
 * {@code from .. from + count} of the matrices with T rows take part.
 */
public final class Gemm {
    private final int member;
    private final Scalar one = new Scalar(1.0);

    /** Makes the products of one member. */
    public Gemm(int member) {
        this.member = member;
    }

    /** {@code Y = X · Wᵀ}. */
    public void forward(Matrix y, Matrix x, Matrix w, int from, int count) {
        if (count == 0) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            torch.mm_out(
                    y.view(member, from, count, false),
                    x.view(member, from, count, false),
                    w.view(member, 0, w.rows(), true));
        }
    }

    /** {@code X = Y · W}. */
    public void backward(Matrix x, Matrix y, Matrix w, int from, int count) {
        if (count == 0) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            torch.mm_out(
                    x.view(member, from, count, false),
                    y.view(member, from, count, false),
                    w.view(member, 0, w.rows(), false));
        }
    }

    /** {@code X += Y · W}. */
    public void addBackward(Matrix x, Matrix y, Matrix w, int from, int count) {
        if (count == 0) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = x.view(member, from, count, false);
            torch.addmm_out(
                    rows,
                    rows,
                    y.view(member, from, count, false),
                    w.view(member, 0, w.rows(), false),
                    one,
                    one);
        }
    }

    /** {@code G = Yᵀ · X}, over the rows of this member; all of {@code G} is written. */
    public void weightGradient(Matrix g, Matrix y, Matrix x, int from, int count) {
        try (PointerScope scope = new PointerScope()) {
            Tensor out = g.view(member, 0, g.rows(), false);
            if (count == 0) {
                out.zero_();
                return;
            }
            torch.mm_out(
                    out, y.view(member, from, count, true), x.view(member, from, count, false));
        }
    }

    /** How the second factor of a batched product is laid out, and the first one. */
    public enum Form {
        /** {@code C = A · Bᵀ}, A [m, k], B [n, k]. */
        SECOND_TRANSPOSED,
        /** {@code C = A · B}, A [m, k], B [k, n]. */
        PLAIN,
        /** {@code C = Aᵀ · B}, A [k, m], B [k, n]. */
        FIRST_TRANSPOSED
    }

    /**
     * Products of {@code batch} pairs of small matrices that lie one after another without gaps
     * from a place in each matrix on.
     */
    public void batched(
            Form form, Matrix.At c, Matrix.At a, Matrix.At b, int batch, int m, int k, int n) {
        try (PointerScope scope = new PointerScope()) {
            Tensor out = wrap(c, batch, m, n);
            Tensor first =
                    form == Form.FIRST_TRANSPOSED ? wrap(a, batch, k, m) : wrap(a, batch, m, k);
            Tensor second =
                    form == Form.SECOND_TRANSPOSED ? wrap(b, batch, n, k) : wrap(b, batch, k, n);
            Tensor left = form == Form.FIRST_TRANSPOSED ? first.transpose(-2, -1) : first;
            Tensor right = form == Form.SECOND_TRANSPOSED ? second.transpose(-2, -1) : second;
            if (batch == 1) {
                torch.mm_out(out, left, right);
            } else {
                torch.bmm_out(out, left, right);
            }
        }
    }

    private static Tensor wrap(Matrix.At at, int batch, int rows, int columns) {
        Matrix matrix = at.matrix();
        long address = matrix.elementAddress(at.element());
        matrix.elementAddress(at.element() + (long) batch * rows * columns - 1);
        return batch == 1
                ? NativeTensors.wrap(address, matrix.precision(), rows, columns)
                : NativeTensors.wrap(address, matrix.precision(), batch, rows, columns);
    }
}
