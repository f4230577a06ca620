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
     * from an element of each matrix on.
     */
    public void batched(
            Form form,
            Matrix c,
            long cElement,
            Matrix a,
            long aElement,
            Matrix b,
            long bElement,
            int batch,
            int m,
            int k,
            int n) {
        try (PointerScope scope = new PointerScope()) {
            boolean isFirstTransposed = form == Form.FIRST_TRANSPOSED;
            boolean isSecondTransposed = form == Form.SECOND_TRANSPOSED;
            Tensor first =
                    wrap(a, aElement, batch, isFirstTransposed ? k : m, isFirstTransposed ? m : k);
            Tensor second =
                    wrap(
                            b,
                            bElement,
                            batch,
                            isSecondTransposed ? n : k,
                            isSecondTransposed ? k : n);
            Tensor out = wrap(c, cElement, batch, m, n);
            if (isFirstTransposed) {
                first = first.transpose(batch == 1 ? 0 : 1, batch == 1 ? 1 : 2);
            }
            if (isSecondTransposed) {
                second = second.transpose(batch == 1 ? 0 : 1, batch == 1 ? 1 : 2);
            }
            if (batch == 1) {
                torch.mm_out(out, first, second);
            } else {
                torch.bmm_out(out, first, second);
            }
        }
    }

    private static Tensor wrap(Matrix matrix, long element, int batch, int rows, int columns) {
        long address = matrix.elementAddress(element);
        matrix.elementAddress(element + (long) batch * rows * columns - 1);
        return batch == 1
                ? NativeTensors.wrap(address, matrix.precision(), rows, columns)
                : NativeTensors.wrap(address, matrix.precision(), batch, rows, columns);
    }
}
