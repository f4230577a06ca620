package dev.loramill.llama.quantization;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Turns floats into stored weights, bit for bit as ggml's reference quantization does.
 *
 * <p>Made for small files such as test models; it is not vectorized.
 */
public final class Quantizer {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Quantizer() {}

    /** Whether floats can be turned into a type. */
    public static boolean supports(GgmlType type) {
        return switch (type) {
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 -> true;
            default -> false;
        };
    }

    /**
     * Stores values as whole blocks in a new heap segment.
     *
     * @param values finite; the count must be a multiple of the type's block size
     */
    public static MemorySegment quantize(GgmlType type, float[] values) {
        if (!supports(type)) {
            throw new IllegalArgumentException(
                    "cannot quantize to "
                            + type
                            + "; allowed: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1");
        }
        byte[] bytes = new byte[Math.toIntExact(type.byteSize(values.length))];
        MemorySegment blocks = MemorySegment.ofArray(bytes);
        int blockSize = type.blockSize();
        long offset = 0;
        for (int first = 0; first < values.length; first += blockSize) {
            encode(type, values, first, blocks, offset);
            offset += type.typeSize();
        }
        return blocks;
    }

    private static void encode(
            GgmlType type, float[] x, int first, MemorySegment blocks, long offset) {
        switch (type) {
            case F32 -> blocks.set(INT, offset, Float.floatToRawIntBits(x[first]));
            case F16 -> half(blocks, offset, x[first]);
            case BF16 -> blocks.set(SHORT, offset, Bfloat16.ofFloat(x[first]));
            case Q8_0 -> encodeQ8V0(x, first, blocks, offset);
            case Q4_0 -> encodeSymmetric(x, first, blocks, offset, 8);
            case Q5_0 -> encodeSymmetric(x, first, blocks, offset, 16);
            case Q4_1 -> encodeAffine(x, first, blocks, offset, 15);
            case Q5_1 -> encodeAffine(x, first, blocks, offset, 31);
            default -> throw new IllegalArgumentException(type + " cannot be quantized to");
        }
    }

    private static void half(MemorySegment blocks, long offset, float value) {
        blocks.set(SHORT, offset, Float.floatToFloat16(value));
    }

    private static void encodeQ8V0(float[] x, int first, MemorySegment blocks, long offset) {
        float largest = 0;
        for (int j = 0; j < 32; j++) {
            largest = Math.max(largest, Math.abs(x[first + j]));
        }
        float d = largest / 127;
        float inverse = inverse(d);
        half(blocks, offset, d);
        for (int j = 0; j < 32; j++) {
            float scaled = x[first + j] * inverse;
            int q = (int) (Math.signum(scaled) * Math.floor(Math.abs((double) scaled) + 0.5));
            blocks.set(ValueLayout.JAVA_BYTE, offset + 2 + j, (byte) q);
        }
    }

    private static float inverse(float d) {
        return d == 0 ? 0 : 1 / d;
    }

    /** Q4_0 (8 levels a side) and Q5_0 (16): the largest magnitude becomes the lowest level. */
    private static void encodeSymmetric(
            float[] x, int first, MemorySegment blocks, long offset, int levels) {
        float largest = 0;
        float signed = 0;
        for (int j = 0; j < 32; j++) {
            float value = x[first + j];
            if (Math.abs(value) > largest) {
                largest = Math.abs(value);
                signed = value;
            }
        }
        float d = signed / -levels;
        float inverse = inverse(d);
        half(blocks, offset, d);
        int highBits = 0;
        for (int j = 0; j < 16; j++) {
            int low = level(x[first + j] * inverse + (levels + 0.5f), 2 * levels - 1);
            int high = level(x[first + j + 16] * inverse + (levels + 0.5f), 2 * levels - 1);
            highBits |= (low >>> 4) << j | (high >>> 4) << (j + 16);
            pack(blocks, offset + (levels == 16 ? 6 : 2) + j, low, high);
        }
        if (levels == 16) {
            blocks.set(INT, offset + 2, highBits);
        }
    }

    /** Q4_1 (top level 15) and Q5_1 (31): the smallest value becomes level 0. */
    private static void encodeAffine(
            float[] x, int first, MemorySegment blocks, long offset, int top) {
        float smallest = Float.MAX_VALUE;
        float largest = -Float.MAX_VALUE;
        for (int j = 0; j < 32; j++) {
            float value = x[first + j];
            smallest = value < smallest ? value : smallest;
            largest = value > largest ? value : largest;
        }
        float d = (largest - smallest) / top;
        float inverse = inverse(d);
        half(blocks, offset, d);
        half(blocks, offset + 2, smallest);
        int highBits = 0;
        for (int j = 0; j < 16; j++) {
            int low = level((x[first + j] - smallest) * inverse + 0.5f, top);
            int high = level((x[first + j + 16] - smallest) * inverse + 0.5f, top);
            highBits |= (low >>> 4) << j | (high >>> 4) << (j + 16);
            pack(blocks, offset + (top == 31 ? 8 : 4) + j, low, high);
        }
        if (top == 31) {
            blocks.set(INT, offset + 4, highBits);
        }
    }

    private static int level(float value, int top) {
        return Math.min(top, (int) value);
    }

    private static void pack(MemorySegment blocks, long offset, int low, int high) {
        blocks.set(ValueLayout.JAVA_BYTE, offset, (byte) ((low & 0xF) | (high & 0xF) << 4));
    }
}
