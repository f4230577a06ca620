package dev.loramill.trainer.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The exponential function on vectors, within 2 units in the last place.
 *
 * <p>Range reduction by the natural logarithm of two in two parts, then the polynomial of degree
 * six of the Cephes library's {@code expf}; the same on every machine, unlike a vector library's.
 */
final class Exponential {
    private static final float LOWEST = -87.33654f;
    private static final float HIGHEST = 88.3f;
    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -2.1219444e-4f;
    private static final float ROUND = 12582912f;
    private static final float C0 = 1.9875691e-4f;
    private static final float C1 = 1.3981999e-3f;
    private static final float C2 = 8.333452e-3f;
    private static final float C3 = 4.1665796e-2f;
    private static final float C4 = 1.6666666e-1f;
    private static final float C5 = 0.5f;

    private Exponential() {}

    /** {@code e} to each lane; lanes below -87.3 give 1.2e-38, lanes above 88.3 give 2.2e38. */
    static FloatVector of(FloatVector x) {
        FloatVector clamped = x.blend(LOWEST, x.lt(LOWEST));
        clamped = clamped.blend(HIGHEST, clamped.compare(VectorOperators.GT, HIGHEST));
        FloatVector shifted = clamped.mul(LOG2_E).add(ROUND);
        FloatVector power = shifted.sub(ROUND);
        FloatVector rest = power.fma(FloatVector.broadcast(RowCodec.FLOATS, -LN2_HIGH), clamped);
        rest = power.fma(FloatVector.broadcast(RowCodec.FLOATS, -LN2_LOW), rest);
        FloatVector sum = FloatVector.broadcast(RowCodec.FLOATS, C0);
        sum = sum.fma(rest, FloatVector.broadcast(RowCodec.FLOATS, C1));
        sum = sum.fma(rest, FloatVector.broadcast(RowCodec.FLOATS, C2));
        sum = sum.fma(rest, FloatVector.broadcast(RowCodec.FLOATS, C3));
        sum = sum.fma(rest, FloatVector.broadcast(RowCodec.FLOATS, C4));
        sum = sum.fma(rest, FloatVector.broadcast(RowCodec.FLOATS, C5));
        FloatVector square = rest.mul(rest);
        FloatVector mantissa = sum.fma(square, rest).add(1f);
        IntVector exponent =
                shifted.reinterpretAsInts()
                        .sub(Float.floatToRawIntBits(ROUND))
                        .lanewise(VectorOperators.LSHL, 23);
        return mantissa.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    }
}
