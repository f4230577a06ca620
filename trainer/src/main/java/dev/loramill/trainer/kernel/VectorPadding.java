package dev.loramill.trainer.kernel;

import java.util.Arrays;

/** Lengthens weights to whole vectors, as the kernels expect them. */
public final class VectorPadding {
    private VectorPadding() {}

    /** A copy with zeros after the last element up to a whole number of vectors. */
    public static float[] pad(float[] values) {
        return Arrays.copyOf(values, RowCodec.padded(values.length));
    }
}
