package dev.loramill.trainer.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Folds the lanes of a vector in an order that never changes.
 *
 * <p>The Vector API's own sum adds in one order when interpreted and in another when compiled, so a
 * resumed run would not repeat the losses of an undisturbed one bit by bit; its own maximum takes
 * many times as long.
 */
final class Lanes {
    private static final VectorShuffle<Float> BY_8 = swapping(8);
    private static final VectorShuffle<Float> BY_4 = swapping(4);
    private static final VectorShuffle<Float> BY_2 = swapping(2);
    private static final VectorShuffle<Float> BY_1 = swapping(1);

    private Lanes() {}

    /** The sum of all lanes. */
    static float sum(FloatVector lanes) {
        FloatVector sums = lanes;
        if (RowCodec.LANES > 8) {
            sums = sums.add(sums.rearrange(BY_8));
        }
        if (RowCodec.LANES > 4) {
            sums = sums.add(sums.rearrange(BY_4));
        }
        if (RowCodec.LANES > 2) {
            sums = sums.add(sums.rearrange(BY_2));
        }
        return sums.add(sums.rearrange(BY_1)).lane(0);
    }

    /** The greatest of all lanes. */
    static float greatest(FloatVector lanes) {
        FloatVector most = lanes;
        if (RowCodec.LANES > 8) {
            most = greater(most, most.rearrange(BY_8));
        }
        if (RowCodec.LANES > 4) {
            most = greater(most, most.rearrange(BY_4));
        }
        if (RowCodec.LANES > 2) {
            most = greater(most, most.rearrange(BY_2));
        }
        return greater(most, most.rearrange(BY_1)).lane(0);
    }

    /** The greater of two vectors, lane by lane. */
    static FloatVector greater(FloatVector a, FloatVector b) {
        return a.blend(b, b.compare(VectorOperators.GT, a));
    }

    private static VectorShuffle<Float> swapping(int distance) {
        return VectorShuffle.fromOp(RowCodec.FLOATS, lane -> (lane ^ distance) % RowCodec.LANES);
    }
}
