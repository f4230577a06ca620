package dev.loramill.llama.quantization;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Turns stored weights into floats or bfloat16, bit for bit as ggml does.
 *
 * <p>Stateless and safe from any number of threads. To share one tensor among threads, give each a
 * range of whole blocks: {@code firstElement} and {@code elementCount} must be multiples of {@link
 * GgmlType#blockSize()}, and the results go to the start of that thread's destination. Numbers are
 * written little-endian; destinations may be native or heap memory of any alignment.
 */
public final class Dequantizer {
    private static final long PIECE_ELEMENTS = 1 << 16;
    private static final ElementDecoder DECODER = ElementDecoder.fastest();

    private Dequantizer() {}

    /** Whether a type can be dequantized. */
    public static boolean supports(GgmlType type) {
        return switch (type) {
            case F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K -> true;
            default -> false;
        };
    }

    /**
     * Writes all elements of {@code source} as floats.
     *
     * @param source whole blocks
     * @param destination at least 4 bytes an element
     */
    public static void toFloat(GgmlType type, MemorySegment source, MemorySegment destination) {
        toFloat(type, source, 0, elementCount(type, source), destination);
    }

    /**
     * Writes a range of the elements of {@code source} as floats, the first one to the start of
     * {@code destination}.
     *
     * @param source blocks of the whole tensor
     * @param destination at least 4 bytes an element of the range
     */
    public static void toFloat(
            GgmlType type,
            MemorySegment source,
            long firstElement,
            long elementCount,
            MemorySegment destination) {
        MemorySegment range = range(type, source, firstElement, elementCount);
        decode(type, range, elementCount, room(destination, elementCount, Float.BYTES), false);
    }

    /** All elements of {@code source} as a new array. */
    public static float[] toFloat(GgmlType type, MemorySegment source) {
        float[] values = new float[Math.toIntExact(elementCount(type, source))];
        toFloat(type, source, MemorySegment.ofArray(values));
        return values;
    }

    /**
     * Writes all elements of {@code source} as bfloat16, rounded to nearest, ties to even.
     *
     * @param source whole blocks
     * @param destination at least 2 bytes an element
     */
    public static void toBfloat16(GgmlType type, MemorySegment source, MemorySegment destination) {
        toBfloat16(type, source, 0, elementCount(type, source), destination);
    }

    /**
     * Writes a range of the elements of {@code source} as bfloat16, rounded to nearest, ties to
     * even, the first one to the start of {@code destination}.
     *
     * @param source blocks of the whole tensor
     * @param destination at least 2 bytes an element of the range
     */
    public static void toBfloat16(
            GgmlType type,
            MemorySegment source,
            long firstElement,
            long elementCount,
            MemorySegment destination) {
        MemorySegment range = range(type, source, firstElement, elementCount);
        decode(type, range, elementCount, room(destination, elementCount, Short.BYTES), true);
    }

    private static void decode(
            GgmlType type,
            MemorySegment source,
            long elementCount,
            MemorySegment destination,
            boolean isBfloat16) {
        if (source.isNative() && destination.isNative()) {
            DECODER.decode(type, source, elementCount, destination, isBfloat16);
            return;
        }
        // Compiled code that has met both native and heap memory is several times slower, so heap
        // memory goes by way of a native buffer.
        int elementBytes = isBfloat16 ? Short.BYTES : Float.BYTES;
        try (Arena arena = Arena.ofConfined()) {
            long piece = Math.min(PIECE_ELEMENTS, elementCount);
            MemorySegment blocks = arena.allocate(type.byteSize(piece), Long.BYTES);
            MemorySegment values = arena.allocate(piece * elementBytes, Long.BYTES);
            for (long first = 0; first < elementCount; first += piece) {
                long count = Math.min(piece, elementCount - first);
                MemorySegment in = blocks.asSlice(0, type.byteSize(count));
                MemorySegment out = values.asSlice(0, count * elementBytes);
                in.copyFrom(source.asSlice(type.byteSize(first), in.byteSize()));
                DECODER.decode(type, in, count, out, isBfloat16);
                destination.asSlice(first * elementBytes, out.byteSize()).copyFrom(out);
            }
        }
    }

    private static long elementCount(GgmlType type, MemorySegment source) {
        if (source.byteSize() % type.typeSize() != 0) {
            throw new IllegalArgumentException(
                    "source of "
                            + type
                            + " must be whole blocks of "
                            + type.typeSize()
                            + " bytes, got "
                            + source.byteSize()
                            + " bytes");
        }
        return source.byteSize() / type.typeSize() * type.blockSize();
    }

    private static MemorySegment range(
            GgmlType type, MemorySegment source, long firstElement, long elementCount) {
        if (!supports(type)) {
            throw new IllegalArgumentException(
                    "type "
                            + type
                            + " cannot be dequantized; allowed: F32, F16, BF16, Q4_0, Q4_1, Q5_0,"
                            + " Q5_1, Q8_0, Q4_K, Q5_K, Q6_K");
        }
        return source.asSlice(type.byteSize(firstElement), type.byteSize(elementCount));
    }

    private static MemorySegment room(MemorySegment destination, long elementCount, int bytes) {
        if (destination.byteSize() / bytes < elementCount) {
            throw new IllegalArgumentException(
                    "destination must have "
                            + bytes
                            + " bytes for each of "
                            + elementCount
                            + " elements, got "
                            + destination.byteSize()
                            + " bytes");
        }
        return destination.asSlice(0, elementCount * bytes);
    }
}
