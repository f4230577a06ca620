package dev.loramill.trainer.kernel;

import static dev.loramill.trainer.kernel.RowCodec.FLOATS;
import static dev.loramill.trainer.kernel.RowCodec.LANES;

import dev.loramill.trainer.tensor.Matrix;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Causal softmax over blocks of attention scores, for one member of the team.
 *
 * <p>Legend: scores are [heads, L, L] without gaps from the first element of a workspace, L with
 * padding; row i of a head sees the columns 0 to i, rows of padding see nothing. {@code logSums}
 * holds one number a head and token.
 */
public final class AttentionKernels {
    private final float scale;
    private final float[] scores;
    private final float[] gradients;

    /**
     * Makes the kernels.
     *
     * @param longest the longest document in tokens
     * @param scale factor of the scores before the softmax
     */
    public AttentionKernels(int longest, float scale) {
        this.scale = scale;
        this.scores = new float[RowCodec.padded(longest)];
        this.gradients = new float[RowCodec.padded(longest)];
    }

    /** Turns scores in place into probabilities and keeps the logarithm of each row's sum. */
    public void softmax(
            Matrix workspace, int heads, DocumentSpan span, Matrix logSums, long firstLogSum) {
        int length = span.headLength();
        for (int line = 0; line < heads * length; line++) {
            long address = workspace.elementAddress((long) line * length);
            if (line % length >= span.length()) {
                clear(workspace, address, length);
                continue;
            }
            int visible = line % length + 1;
            int padded = load(workspace, address, scores, visible, Float.NEGATIVE_INFINITY);
            FloatVector best = FloatVector.fromArray(FLOATS, scores, 0);
            for (int i = LANES; i < padded; i += LANES) {
                best = Lanes.greater(best, FloatVector.fromArray(FLOATS, scores, i));
            }
            float highest = Lanes.greatest(best);
            FloatVector sums = FloatVector.zero(FLOATS);
            for (int i = 0; i < padded; i += LANES) {
                FloatVector e =
                        Exponential.of(
                                FloatVector.fromArray(FLOATS, scores, i).sub(highest).mul(scale));
                e.intoArray(scores, i);
                sums = sums.add(e);
            }
            float sum = Lanes.sum(sums);
            float inverse = 1f / sum;
            for (int i = 0; i < padded; i += LANES) {
                FloatVector.fromArray(FLOATS, scores, i).mul(inverse).intoArray(scores, i);
            }
            store(workspace, address, scores, visible, length);
            RowCodec.storeFloat(
                    logSums.elementAddress(firstLogSum + line),
                    (float) (highest * (double) scale + Math.log(sum)));
        }
    }

    /**
     * Turns scores into probabilities, by the kept sums, and the gradients of the probabilities
     * into those of the unscaled scores; both in place.
     *
     * @param dots for each head and token the product of the output and its gradient
     */
    public void softmaxBackward(
            Matrix workspace,
            Matrix dWorkspace,
            int heads,
            DocumentSpan span,
            Matrix logSums,
            Matrix dots,
            long first) {
        int length = span.headLength();
        for (int line = 0; line < heads * length; line++) {
            long address = workspace.elementAddress((long) line * length);
            long dAddress = dWorkspace.elementAddress((long) line * length);
            if (line % length >= span.length()) {
                clear(workspace, address, length);
                clear(dWorkspace, dAddress, length);
                continue;
            }
            int visible = line % length + 1;
            int padded = load(workspace, address, scores, visible, Float.NEGATIVE_INFINITY);
            load(dWorkspace, dAddress, gradients, visible, 0f);
            float logSum = RowCodec.loadFloat(logSums.elementAddress(first + line));
            float dot = RowCodec.loadFloat(dots.elementAddress(first + line));
            for (int i = 0; i < padded; i += LANES) {
                FloatVector p =
                        Exponential.of(
                                FloatVector.fromArray(FLOATS, scores, i).mul(scale).sub(logSum));
                p.intoArray(scores, i);
                FloatVector.fromArray(FLOATS, gradients, i)
                        .sub(dot)
                        .mul(p)
                        .mul(scale)
                        .intoArray(gradients, i);
            }
            store(workspace, address, scores, visible, length);
            store(dWorkspace, dAddress, gradients, visible, length);
        }
    }

    /**
     * Moves rows of the output's gradient into the heads' layout, and computes for each head its
     * product with the output.
     */
    public void splitOutput(
            HeadLayout layout,
            Matrix dOut,
            Matrix out,
            DocumentSpan span,
            int from,
            int to,
            Matrix dHeads,
            Matrix dots) {
        int dimension = layout.dimension();
        int whole = dimension - dimension % LANES;
        int bytes = out.precision().bytes();
        for (int row = from; row < to; row++) {
            int token = row - span.start();
            for (int head = 0; head < layout.heads(); head++) {
                long a = out.address(row, head * dimension);
                long b = dOut.address(row, head * dimension);
                FloatVector sums = FloatVector.zero(FLOATS);
                for (int i = 0; i < whole; i += LANES) {
                    FloatVector x = RowCodec.vectorAt(out.precision(), a + (long) i * bytes);
                    FloatVector y = RowCodec.vectorAt(dOut.precision(), b + (long) i * bytes);
                    sums = x.fma(y, sums);
                }
                float dot = Lanes.sum(sums);
                for (int i = whole; i < dimension; i++) {
                    dot +=
                            RowCodec.elementAt(out.precision(), a + (long) i * bytes)
                                    * RowCodec.elementAt(dOut.precision(), b + (long) i * bytes);
                }
                RowCodec.storeFloat(dots.elementAddress(layout.perHead(span, head, token)), dot);
                RowCodec.copy(
                        b,
                        dHeads.elementAddress(layout.query(span, head, token)),
                        (long) dimension * bytes);
            }
        }
    }

    /** Moves some query heads of a whole document from the heads' layout into rows. */
    public void joinOutput(
            HeadLayout layout,
            Matrix heads,
            DocumentSpan span,
            int firstHead,
            int headCount,
            Matrix out) {
        long bytes = (long) layout.dimension() * heads.precision().bytes();
        for (int head = firstHead; head < firstHead + headCount; head++) {
            for (int token = 0; token < span.length(); token++) {
                RowCodec.copy(
                        heads.elementAddress(layout.query(span, head, token)),
                        out.address(span.start() + token, head * layout.dimension()),
                        bytes);
            }
        }
    }

    private static void clear(Matrix matrix, long address, int count) {
        RowCodec.clear(address, (long) count * matrix.precision().bytes());
    }

    private static int load(Matrix matrix, long address, float[] target, int count, float filling) {
        int padded = RowCodec.padded(count);
        Arrays.fill(target, padded - LANES, padded, filling);
        RowCodec.load(matrix.precision(), address, target, 0, count);
        return padded;
    }

    private static void store(
            Matrix matrix, long address, float[] source, int visible, int length) {
        int padded = Math.min(RowCodec.padded(visible), length);
        Arrays.fill(source, visible, Math.max(visible, padded), 0f);
        RowCodec.store(matrix.precision(), source, 0, address, padded);
        if (padded < length) {
            RowCodec.clear(
                    address + (long) padded * matrix.precision().bytes(),
                    (long) (length - padded) * matrix.precision().bytes());
        }
    }
}
