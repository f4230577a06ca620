package dev.loramill.trainer.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Sums the lanes of a vector in an order that never changes.
 *
 * <p>The Vector API's own reduction adds in one order when interpreted and in another when
 * compiled, so a resumed run would not repeat the losses of an undisturbed one bit by bit.
 */
final class LaneSum {
    private static final VectorShuffle<Float> BY_8 = swapping(8);
    private static final VectorShuffle<Float> BY_4 = swapping(4);
    private static final VectorShuffle<Float> BY_2 = swapping(2);
    private static final VectorShuffle<Float> BY_1 = swapping(1);

    private LaneSum() {}

    static float of(FloatVector lanes) {
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

    private static VectorShuffle<Float> swapping(int distance) {
        return VectorShuffle.fromOp(RowCodec.FLOATS, lane -> (lane ^ distance) % RowCodec.LANES);
    }
}
