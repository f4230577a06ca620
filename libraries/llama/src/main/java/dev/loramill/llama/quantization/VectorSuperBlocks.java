package dev.loramill.llama.quantization;

import static dev.loramill.llama.quantization.VectorLanes.LANES;
import static dev.loramill.llama.quantization.VectorLanes.decodeOddBlock;
import static dev.loramill.llama.quantization.VectorLanes.load;
import static dev.loramill.llama.quantization.VectorLanes.real;
import static dev.loramill.llama.quantization.VectorLanes.store;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Blocks of 256 weights whose parts have scales of their own: Q4_K, Q5_K and Q6_K. */
final class VectorSuperBlocks {
    private VectorSuperBlocks() {}

    static void decodeQ4K(
            MemorySegment source,
            long first,
            int count,
            MemorySegment destination,
            boolean isBfloat16) {
        for (long b = first; b < first + count; b++) {
            long offset = b * 144;
            float d = BlockDecoder.half(source, offset);
            float dmin = BlockDecoder.half(source, offset + 2);
            if (!Float.isFinite(d) || !Float.isFinite(dmin)) {
                decodeOddBlock(GgmlType.Q4_K, source, b, destination, isBfloat16);
                continue;
            }
            for (int part = 0; part < 8; part++) {
                float d1 = d * BlockDecoder.scale(source, offset + 4, part);
                float m1 = dmin * BlockDecoder.minimum(source, offset + 4, part);
                long qs = offset + 16 + (part / 2) * 32L;
                int nibble = (part & 1) * 4;
                for (int l = 0; l < 32; l += LANES) {
                    IntVector q =
                            load(source, qs + l).lanewise(VectorOperators.LSHR, nibble).and(0xF);
                    store(
                            real(q).mul(d1).sub(m1),
                            destination,
                            b * 256 + part * 32L + l,
                            isBfloat16);
                }
            }
        }
    }

    static void decodeQ5K(
            MemorySegment source,
            long first,
            int count,
            MemorySegment destination,
            boolean isBfloat16) {
        for (long b = first; b < first + count; b++) {
            long offset = b * 176;
            float d = BlockDecoder.half(source, offset);
            float dmin = BlockDecoder.half(source, offset + 2);
            if (!Float.isFinite(d) || !Float.isFinite(dmin)) {
                decodeOddBlock(GgmlType.Q5_K, source, b, destination, isBfloat16);
                continue;
            }
            for (int part = 0; part < 8; part++) {
                float d1 = d * BlockDecoder.scale(source, offset + 4, part);
                float m1 = dmin * BlockDecoder.minimum(source, offset + 4, part);
                long qs = offset + 48 + (part / 2) * 32L;
                int nibble = (part & 1) * 4;
                for (int l = 0; l < 32; l += LANES) {
                    IntVector q =
                            load(source, qs + l).lanewise(VectorOperators.LSHR, nibble).and(0xF);
                    IntVector high =
                            load(source, offset + 16 + l)
                                    .lanewise(VectorOperators.LSHR, part)
                                    .and(1)
                                    .lanewise(VectorOperators.LSHL, 4);
                    q = q.or(high);
                    store(
                            real(q).mul(d1).sub(m1),
                            destination,
                            b * 256 + part * 32L + l,
                            isBfloat16);
                }
            }
        }
    }

    static void decodeQ6K(
            MemorySegment source,
            long first,
            int count,
            MemorySegment destination,
            boolean isBfloat16) {
        for (long b = first; b < first + count; b++) {
            long offset = b * 210;
            float d = BlockDecoder.half(source, offset + 208);
            if (!Float.isFinite(d)) {
                decodeOddBlock(GgmlType.Q6_K, source, b, destination, isBfloat16);
                continue;
            }
            for (int part = 0; part < 8; part++) {
                int quarter = part % 4;
                long ql = offset + (part / 4) * 64L + (quarter % 2) * 32L;
                long qh = offset + 128 + (part / 4) * 32L;
                int nibble = (quarter / 2) * 4;
                for (int l = 0; l < 32; l += LANES) {
                    IntVector low =
                            load(source, ql + l).lanewise(VectorOperators.LSHR, nibble).and(0xF);
                    IntVector high =
                            load(source, qh + l)
                                    .lanewise(VectorOperators.LSHR, quarter * 2)
                                    .and(3)
                                    .lanewise(VectorOperators.LSHL, 4);
                    float scaled =
                            d
                                    * source.get(
                                            ValueLayout.JAVA_BYTE,
                                            offset + 192 + part * 2L + l / 16);
                    store(
                            real(low.or(high).sub(32)).mul(scaled),
                            destination,
                            b * 256 + part * 32L + l,
                            isBfloat16);
                }
            }
        }
    }
}
