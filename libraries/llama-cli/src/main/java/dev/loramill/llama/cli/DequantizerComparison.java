package dev.loramill.llama.cli;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.quantization.Dequantizer;
import dev.loramill.llama.quantization.ScalarDecoder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Compares the fast conversion with the scalar reference, for measurements. */
final class DequantizerComparison {
    private static final long SAMPLE_ELEMENTS = 1 << 18;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private DequantizerComparison() {}

    /**
     * Fills whole blocks with random bits and small finite scales.
     *
     * <p>Beyond a quarter of a million elements the pattern repeats, so that filling takes no time
     * worth speaking of.
     */
    static void fill(GgmlType type, MemorySegment blocks, long seed) {
        Random random = new Random(seed);
        long sample = Math.min(blocks.byteSize(), type.byteSize(SAMPLE_ELEMENTS));
        byte[] bytes = new byte[(int) sample];
        random.nextBytes(bytes);
        MemorySegment pattern = MemorySegment.ofArray(bytes);
        for (long block = 0; block < sample; block += type.typeSize()) {
            for (int place : scalePlaces(type)) {
                pattern.set(
                        SHORT,
                        block + place,
                        Float.floatToFloat16((float) random.nextGaussian() * 0.01f));
            }
        }
        for (long start = 0; start < blocks.byteSize(); start += sample) {
            long size = Math.min(sample, blocks.byteSize() - start);
            MemorySegment.copy(pattern, 0, blocks, start, size);
        }
    }

    private static int[] scalePlaces(GgmlType type) {
        return switch (type) {
            case Q4_1, Q5_1, Q4_K, Q5_K -> new int[] {0, 2};
            case Q6_K -> new int[] {208};
            default -> new int[] {0};
        };
    }

    /**
     * Whether the first quarter of a million elements come out as in the reference, bit for bit.
     */
    static boolean equalsReference(GgmlType type, MemorySegment blocks) {
        MemorySegment sample = sample(type, blocks);
        int count = (int) (sample.byteSize() / type.typeSize() * type.blockSize());
        short[] fast = new short[count];
        short[] reference = new short[count];
        Dequantizer.toBfloat16(type, sample, MemorySegment.ofArray(fast));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment destination = arena.allocate(count * 2L, Long.BYTES);
            new ScalarDecoder().decode(type, sample, count, destination, true);
            MemorySegment.ofArray(reference).copyFrom(destination);
        }
        return Arrays.equals(fast, reference);
    }

    /**
     * How many times as fast as the reference the fast conversion is, on one thread.
     *
     * @param rounds rounds that the best of is taken of each; some dozens to be warm
     */
    static double speedup(GgmlType type, MemorySegment blocks, int rounds) {
        MemorySegment sample = sample(type, blocks);
        long count = sample.byteSize() / type.typeSize() * type.blockSize();
        ScalarDecoder scalar = new ScalarDecoder();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment destination = arena.allocate(count * Short.BYTES, Long.BYTES);
            double fast = Double.MAX_VALUE;
            double reference = Double.MAX_VALUE;
            for (int round = 0; round < rounds; round++) {
                long start = System.nanoTime();
                Dequantizer.toBfloat16(type, sample, destination);
                long middle = System.nanoTime();
                scalar.decode(type, sample, count, destination, true);
                fast = Math.min(fast, middle - start);
                reference = Math.min(reference, System.nanoTime() - middle);
            }
            return reference / fast;
        }
    }

    private static MemorySegment sample(GgmlType type, MemorySegment blocks) {
        return blocks.asSlice(0, Math.min(blocks.byteSize(), type.byteSize(SAMPLE_ELEMENTS)));
    }
}
