package dev.loramill.trainer.kernel;

import static dev.loramill.trainer.kernel.RowCodec.FLOATS;
import static dev.loramill.trainer.kernel.RowCodec.LANES;

import dev.loramill.trainer.tensor.Matrix;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Cross entropy over rows of logits and its gradient, for one member of the team. */
public final class LossKernels {
    private final int vocabulary;
    private final float[] row;
    private double lossSum;
    private long correct;

    /** Makes the kernels for rows of {@code vocabulary} logits. */
    public LossKernels(int vocabulary) {
        this.vocabulary = vocabulary;
        this.row = new float[RowCodec.padded(vocabulary)];
    }

    /**
     * Adds the loss of {@code count} rows to the sum; with a gradient, turns the logits in place
     * into {@code (softmax − one-hot) · gradientScale}.
     *
     * @param targets the right token of row {@code i} is {@code targets[first + i]}
     */
    public void crossEntropy(
            Matrix logits,
            int[] targets,
            int first,
            int count,
            boolean withGradient,
            float gradientScale) {
        for (int r = 0; r < count; r++) {
            long address = logits.address(r, 0);
            Arrays.fill(row, vocabulary, row.length, Float.NEGATIVE_INFINITY);
            RowCodec.load(logits.precision(), address, row, 0, vocabulary);
            int target = targets[first + r];
            float highest = highest();
            float wanted = row[target];
            if (wanted == highest && isFirst(target, highest)) {
                correct++;
            }
            double sum = exponentials(highest);
            lossSum += Math.log(sum) + highest - wanted;
            if (withGradient) {
                scale((float) (gradientScale / sum));
                row[target] -= gradientScale;
                RowCodec.store(logits.precision(), row, 0, address, vocabulary);
            }
        }
    }

    /** Sum of the losses, in nats, since the last {@link #reset}. */
    public double lossSum() {
        return lossSum;
    }

    /** Rows whose highest logit was the right token's since the last {@link #reset}. */
    public long correct() {
        return correct;
    }

    /** Starts new sums. */
    public void reset() {
        lossSum = 0;
        correct = 0;
    }

    private float highest() {
        FloatVector best = FloatVector.fromArray(FLOATS, row, 0);
        for (int i = LANES; i < row.length; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, row, i);
            best = best.blend(x, x.compare(VectorOperators.GT, best));
        }
        return best.reduceLanes(VectorOperators.MAX);
    }

    private boolean isFirst(int target, float highest) {
        for (int i = 0; i < target; i++) {
            if (row[i] == highest) {
                return false;
            }
        }
        return true;
    }

    private double exponentials(float highest) {
        double total = 0;
        for (int start = 0; start < row.length; start += 256 * LANES) {
            int end = Math.min(row.length, start + 256 * LANES);
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = start; i < end; i += LANES) {
                FloatVector e = Exponential.of(FloatVector.fromArray(FLOATS, row, i).sub(highest));
                e.intoArray(row, i);
                sum = sum.add(e);
            }
            total += Lanes.sum(sum);
        }
        return total;
    }

    private void scale(float factor) {
        for (int i = 0; i < row.length; i += LANES) {
            FloatVector.fromArray(FLOATS, row, i).mul(factor).intoArray(row, i);
        }
    }
}
