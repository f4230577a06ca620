package dev.loramill.llama.quantization;

import static dev.loramill.llama.quantization.VectorLanes.INTS;
import static dev.loramill.llama.quantization.VectorLanes.LANES;
import static dev.loramill.llama.quantization.VectorLanes.decodeOddBlock;
import static dev.loramill.llama.quantization.VectorLanes.load;
import static dev.loramill.llama.quantization.VectorLanes.loadSigned;
import static dev.loramill.llama.quantization.VectorLanes.real;
import static dev.loramill.llama.quantization.VectorLanes.store;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Blocks of 32 weights with one scale: Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1. */
final class VectorBlocks {
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private VectorBlocks() {}

    static void decodeQ8V0(
            MemorySegment source,
            long first,
            int count,
            MemorySegment destination,
            boolean isBfloat16) {
        for (long b = first; b < first + count; b++) {
            long offset = b * 34;
            float d = BlockDecoder.half(source, offset);
            if (!Float.isFinite(d)) {
                decodeOddBlock(GgmlType.Q8_0, source, b, destination, isBfloat16);
                continue;
            }
            for (int j = 0; j < 32; j += LANES) {
                FloatVector q = real(loadSigned(source, offset + 2 + j));
                store(q.mul(d), destination, b * 32 + j, isBfloat16);
            }
        }
    }

    static void decodeQ4V0(
            MemorySegment source,
            long first,
            int count,
            MemorySegment destination,
            boolean isBfloat16) {
        for (long b = first; b < first + count; b++) {
            long offset = b * 18;
            float d = BlockDecoder.half(source, offset);
            if (!Float.isFinite(d)) {
                decodeOddBlock(GgmlType.Q4_0, source, b, destination, isBfloat16);
                continue;
            }
            for (int j = 0; j < 16; j += LANES) {
                IntVector qs = load(source, offset + 2 + j);
                FloatVector low = real(qs.and(0xF).sub(8));
                FloatVector high = real(qs.lanewise(VectorOperators.LSHR, 4).sub(8));
                store(low.mul(d), destination, b * 32 + j, isBfloat16);
                store(high.mul(d), destination, b * 32 + j + 16, isBfloat16);
            }
        }
    }

    static void decodeQ4V1(
            MemorySegment source,
            long first,
            int count,
            MemorySegment destination,
            boolean isBfloat16) {
        for (long b = first; b < first + count; b++) {
            long offset = b * 20;
            float d = BlockDecoder.half(source, offset);
            float m = BlockDecoder.half(source, offset + 2);
            if (!Float.isFinite(d) || !Float.isFinite(m)) {
                decodeOddBlock(GgmlType.Q4_1, source, b, destination, isBfloat16);
                continue;
            }
            for (int j = 0; j < 16; j += LANES) {
                IntVector qs = load(source, offset + 4 + j);
                FloatVector low = real(qs.and(0xF));
                FloatVector high = real(qs.lanewise(VectorOperators.LSHR, 4));
                store(low.mul(d).add(m), destination, b * 32 + j, isBfloat16);
                store(high.mul(d).add(m), destination, b * 32 + j + 16, isBfloat16);
            }
        }
    }

    private static int bits(MemorySegment source, long offset) {
        return source.get(INT, offset);
    }

    /** The lanes whose bit (first + lane) of qh is set. */
    private static VectorMask<Integer> fifthBits(int qh, int first) {
        return VectorMask.fromLong(INTS, qh >>> first);
    }

    static void decodeQ5V0(
            MemorySegment source,
            long first,
            int count,
            MemorySegment destination,
            boolean isBfloat16) {
        for (long b = first; b < first + count; b++) {
            long offset = b * 22;
            float d = BlockDecoder.half(source, offset);
            if (!Float.isFinite(d)) {
                decodeOddBlock(GgmlType.Q5_0, source, b, destination, isBfloat16);
                continue;
            }
            int qh = bits(source, offset + 2);
            for (int j = 0; j < 16; j += LANES) {
                IntVector qs = load(source, offset + 6 + j);
                IntVector low = qs.and(0xF).add(16, fifthBits(qh, j));
                IntVector high =
                        qs.lanewise(VectorOperators.LSHR, 4).add(16, fifthBits(qh, j + 16));
                store(real(low.sub(16)).mul(d), destination, b * 32 + j, isBfloat16);
                store(real(high.sub(16)).mul(d), destination, b * 32 + j + 16, isBfloat16);
            }
        }
    }

    static void decodeQ5V1(
            MemorySegment source,
            long first,
            int count,
            MemorySegment destination,
            boolean isBfloat16) {
        for (long b = first; b < first + count; b++) {
            long offset = b * 24;
            float d = BlockDecoder.half(source, offset);
            float m = BlockDecoder.half(source, offset + 2);
            if (!Float.isFinite(d) || !Float.isFinite(m)) {
                decodeOddBlock(GgmlType.Q5_1, source, b, destination, isBfloat16);
                continue;
            }
            int qh = bits(source, offset + 4);
            for (int j = 0; j < 16; j += LANES) {
                IntVector qs = load(source, offset + 8 + j);
                IntVector low = qs.and(0xF).add(16, fifthBits(qh, j));
                IntVector high =
                        qs.lanewise(VectorOperators.LSHR, 4).add(16, fifthBits(qh, j + 16));
                store(real(low).mul(d).add(m), destination, b * 32 + j, isBfloat16);
                store(real(high).mul(d).add(m), destination, b * 32 + j + 16, isBfloat16);
            }
        }
    }
}
