package dev.loramill.llama.quantization;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Decodes one block of a quantized type at a time: the readable reference that faster code is
 * compared with.
 *
 * <p>Legend: d scale of a block, m its minimum, q the small integers, qs their packed bytes, qh
 * packed high bits. The order of every product and sum is ggml's, so results agree bit for bit.
 */
final class BlockDecoder {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private BlockDecoder() {}

    /** Decodes the block at a byte offset into {@code y}, which holds at least one block. */
    static void decode(GgmlType type, MemorySegment source, long offset, float[] y) {
        switch (type) {
            case F32 -> y[0] = Float.intBitsToFloat(source.get(INT, offset));
            case F16 -> y[0] = half(source, offset);
            case BF16 -> y[0] = Bfloat16.toFloat(source.get(SHORT, offset));
            case Q8_0 -> decodeQ8V0(source, offset, y);
            case Q4_0 -> decodeQ4V0(source, offset, y);
            case Q4_1 -> decodeQ4V1(source, offset, y);
            case Q5_0 -> decodeQ5V0(source, offset, y);
            case Q5_1 -> decodeQ5V1(source, offset, y);
            case Q4_K -> decodeQ4K(source, offset, y);
            case Q5_K -> decodeQ5K(source, offset, y);
            case Q6_K -> decodeQ6K(source, offset, y);
            default -> throw new IllegalArgumentException(type + " cannot be dequantized");
        }
    }

    static float half(MemorySegment source, long offset) {
        return Float.float16ToFloat(source.get(SHORT, offset));
    }

    static int unsigned(MemorySegment source, long offset) {
        return source.get(ValueLayout.JAVA_BYTE, offset) & 0xFF;
    }

    private static void decodeQ8V0(MemorySegment source, long offset, float[] y) {
        float d = half(source, offset);
        for (int j = 0; j < 32; j++) {
            y[j] = source.get(ValueLayout.JAVA_BYTE, offset + 2 + j) * d;
        }
    }

    private static void decodeQ4V0(MemorySegment source, long offset, float[] y) {
        float d = half(source, offset);
        for (int j = 0; j < 16; j++) {
            int qs = unsigned(source, offset + 2 + j);
            y[j] = ((qs & 0xF) - 8) * d;
            y[j + 16] = ((qs >>> 4) - 8) * d;
        }
    }

    private static void decodeQ4V1(MemorySegment source, long offset, float[] y) {
        float d = half(source, offset);
        float m = half(source, offset + 2);
        for (int j = 0; j < 16; j++) {
            int qs = unsigned(source, offset + 4 + j);
            y[j] = (qs & 0xF) * d + m;
            y[j + 16] = (qs >>> 4) * d + m;
        }
    }

    private static void decodeQ5V0(MemorySegment source, long offset, float[] y) {
        float d = half(source, offset);
        int qh = source.get(INT, offset + 2);
        for (int j = 0; j < 16; j++) {
            int qs = unsigned(source, offset + 6 + j);
            y[j] = (((qs & 0xF) | (((qh >>> j) << 4) & 0x10)) - 16) * d;
            y[j + 16] = (((qs >>> 4) | ((qh >>> (j + 12)) & 0x10)) - 16) * d;
        }
    }

    private static void decodeQ5V1(MemorySegment source, long offset, float[] y) {
        float d = half(source, offset);
        float m = half(source, offset + 2);
        int qh = source.get(INT, offset + 4);
        for (int j = 0; j < 16; j++) {
            int qs = unsigned(source, offset + 8 + j);
            y[j] = ((qs & 0xF) | (((qh >>> j) << 4) & 0x10)) * d + m;
            y[j + 16] = ((qs >>> 4) | ((qh >>> (j + 12)) & 0x10)) * d + m;
        }
    }

    /** The 6-bit scale of sub-block j out of the 12 bytes that eight scales and minima share. */
    static int scale(MemorySegment source, long scales, int j) {
        return j < 4
                ? unsigned(source, scales + j) & 63
                : (unsigned(source, scales + j + 4) & 0xF)
                        | ((unsigned(source, scales + j - 4) >>> 6) << 4);
    }

    /** The 6-bit minimum of sub-block j. */
    static int minimum(MemorySegment source, long scales, int j) {
        return j < 4
                ? unsigned(source, scales + j + 4) & 63
                : (unsigned(source, scales + j + 4) >>> 4)
                        | ((unsigned(source, scales + j) >>> 6) << 4);
    }

    private static void decodeQ4K(MemorySegment source, long offset, float[] y) {
        float d = half(source, offset);
        float dmin = half(source, offset + 2);
        long scales = offset + 4;
        for (int part = 0; part < 8; part++) {
            float d1 = d * scale(source, scales, part);
            float m1 = dmin * minimum(source, scales, part);
            long qs = offset + 16 + (part / 2) * 32L;
            int shift = (part & 1) * 4;
            for (int l = 0; l < 32; l++) {
                y[part * 32 + l] = d1 * ((unsigned(source, qs + l) >>> shift) & 0xF) - m1;
            }
        }
    }

    private static void decodeQ5K(MemorySegment source, long offset, float[] y) {
        float d = half(source, offset);
        float dmin = half(source, offset + 2);
        long scales = offset + 4;
        long qh = offset + 16;
        for (int part = 0; part < 8; part++) {
            float d1 = d * scale(source, scales, part);
            float m1 = dmin * minimum(source, scales, part);
            long qs = offset + 48 + (part / 2) * 32L;
            int shift = (part & 1) * 4;
            for (int l = 0; l < 32; l++) {
                int low = (unsigned(source, qs + l) >>> shift) & 0xF;
                int high = ((unsigned(source, qh + l) >>> part) & 1) << 4;
                y[part * 32 + l] = d1 * (low + high) - m1;
            }
        }
    }

    private static void decodeQ6K(MemorySegment source, long offset, float[] y) {
        float d = half(source, offset + 208);
        for (int part = 0; part < 8; part++) {
            int half = part / 4;
            int quarter = part % 4;
            long ql = offset + half * 64L + (quarter % 2) * 32L;
            long qh = offset + 128 + half * 32L;
            long scales = offset + 192 + part * 2L;
            for (int l = 0; l < 32; l++) {
                int low = (unsigned(source, ql + l) >>> ((quarter / 2) * 4)) & 0xF;
                int high = ((unsigned(source, qh + l) >>> (quarter * 2)) & 3) << 4;
                float scaled = d * source.get(ValueLayout.JAVA_BYTE, scales + l / 16);
                y[part * 32 + l] = scaled * ((low | high) - 32);
            }
        }
    }
}
