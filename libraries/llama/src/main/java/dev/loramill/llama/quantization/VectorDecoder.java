package dev.loramill.llama.quantization;

import static dev.loramill.llama.quantization.VectorLanes.FLOATS;
import static dev.loramill.llama.quantization.VectorLanes.INTS;
import static dev.loramill.llama.quantization.VectorLanes.LANES;
import static dev.loramill.llama.quantization.VectorLanes.narrow;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Decodes with the Vector API, on registers of 256 bits and more.
 *
 * <p>Equal to {@link BlockDecoder} bit for bit: scale times small integer is exact in a float, so
 * only the last operation rounds, whatever the order of lanes.
 */
final class VectorDecoder implements ElementDecoder {
    private static final int CHUNK = 2048;

    /**
     * A method that is called often is compiled as a whole soon; one that loops over a whole tensor
     * begins each call in slow code, where vectors are objects.
     */
    private static final int BLOCKS_A_CALL = 64;

    static boolean isWideEnough() {
        return LANES == 8 || LANES == 16;
    }

    @Override
    public void decode(
            GgmlType type,
            MemorySegment source,
            long elementCount,
            MemorySegment destination,
            boolean isBfloat16) {
        switch (type) {
            case F32, F16, BF16 ->
                    decodeUnquantized(type, source, elementCount, destination, isBfloat16);
            default -> {
                long blocks = elementCount / type.blockSize();
                for (long first = 0; first < blocks; first += BLOCKS_A_CALL) {
                    int count = (int) Math.min(BLOCKS_A_CALL, blocks - first);
                    decodeBlocks(type, source, first, count, destination, isBfloat16);
                }
            }
        }
    }

    private static void decodeBlocks(
            GgmlType type,
            MemorySegment source,
            long first,
            int count,
            MemorySegment destination,
            boolean isBfloat16) {
        switch (type) {
            case Q8_0 -> VectorBlocks.decodeQ8V0(source, first, count, destination, isBfloat16);
            case Q4_0 -> VectorBlocks.decodeQ4V0(source, first, count, destination, isBfloat16);
            case Q4_1 -> VectorBlocks.decodeQ4V1(source, first, count, destination, isBfloat16);
            case Q5_0 -> VectorBlocks.decodeQ5V0(source, first, count, destination, isBfloat16);
            case Q5_1 -> VectorBlocks.decodeQ5V1(source, first, count, destination, isBfloat16);
            case Q4_K -> VectorSuperBlocks.decodeQ4K(source, first, count, destination, isBfloat16);
            case Q5_K -> VectorSuperBlocks.decodeQ5K(source, first, count, destination, isBfloat16);
            case Q6_K -> VectorSuperBlocks.decodeQ6K(source, first, count, destination, isBfloat16);
            default -> throw new IllegalArgumentException(type + " cannot be dequantized");
        }
    }

    private static void decodeUnquantized(
            GgmlType type,
            MemorySegment source,
            long elementCount,
            MemorySegment destination,
            boolean isBfloat16) {
        if (type == GgmlType.F32 && !isBfloat16 || type == GgmlType.BF16 && isBfloat16) {
            MemorySegment.copy(source, 0, destination, 0, source.byteSize());
            return;
        }
        float[] floats = new float[CHUNK];
        short[] shorts = new short[CHUNK];
        MemorySegment floatBytes = MemorySegment.ofArray(floats);
        MemorySegment shortBytes = MemorySegment.ofArray(shorts);
        for (long first = 0; first < elementCount; first += CHUNK) {
            int count = (int) Math.min(CHUNK, elementCount - first);
            if (type == GgmlType.F32) {
                MemorySegment.copy(source, first * 4, floatBytes, 0, count * 4L);
            } else {
                MemorySegment.copy(source, first * 2, shortBytes, 0, count * 2L);
                widen(type, shorts, floats, count);
            }
            if (isBfloat16) {
                round(floats, shorts, count);
                MemorySegment.copy(shortBytes, 0, destination, first * 2, count * 2L);
            } else {
                MemorySegment.copy(floatBytes, 0, destination, first * 4, count * 4L);
            }
        }
    }

    private static void round(float[] from, short[] to, int count) {
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            FloatVector values = FloatVector.fromArray(FLOATS, from, i);
            IntVector bits = values.reinterpretAsInts();
            IntVector upper = bits.lanewise(VectorOperators.LSHR, 16);
            IntVector rounded =
                    bits.add(0x7fff).add(upper.and(1)).lanewise(VectorOperators.LSHR, 16);
            VectorMask<Integer> isNan = values.test(VectorOperators.IS_NAN).cast(INTS);
            narrow(rounded.blend(upper.or(64), isNan)).intoArray(to, i);
        }
        for (; i < count; i++) {
            to[i] = Bfloat16.ofFloat(from[i]);
        }
    }

    private static void widen(GgmlType type, short[] from, float[] to, int count) {
        if (type == GgmlType.F16) {
            for (int i = 0; i < count; i++) {
                to[i] = Float.float16ToFloat(from[i]);
            }
        } else {
            for (int i = 0; i < count; i++) {
                to[i] = Bfloat16.toFloat(from[i]);
            }
        }
    }
}
