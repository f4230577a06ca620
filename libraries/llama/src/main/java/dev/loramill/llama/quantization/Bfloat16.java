package dev.loramill.llama.quantization;

/** The upper 16 bits of a float: 8 bits of exponent, 7 of fraction. */
public final class Bfloat16 {
    private Bfloat16() {}

    /** Rounds to nearest, ties to even; a NaN stays a NaN and becomes quiet, as in ggml. */
    public static short ofFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & 0x7fff_ffff) > 0x7f80_0000) {
            return (short) ((bits >>> 16) | 64);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** Widens exactly. */
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
