package dev.loramill.trainer.kernel;

import dev.loramill.trainer.tensor.Precision;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Moves rows between native memory in either precision and arrays of floats.
 *
 * <p>Kernels compute on arrays that stay in the first-level cache, so a row costs one pass over
 * memory whatever its format. Addresses come from {@link
 * dev.loramill.trainer.tensor.Matrix#address}, which checks them; the caller answers for the
 * length.
 */
public final class RowCodec {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
    static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(
                    short.class, VectorShape.forBitSize(FLOATS.vectorShape().vectorBitSize() / 2));
    static final int LANES = FLOATS.length();

    private static final MemorySegment RAM = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int QUIET_NAN = 0x7fc0;

    private RowCodec() {}

    /** Rounds a length up to whole vectors, for scratch arrays. */
    static int padded(int length) {
        return (length + LANES - 1) / LANES * LANES;
    }

    /** Reads {@code count} elements at {@code address} into {@code target}. */
    public static void load(
            Precision precision, long address, float[] target, int offset, int count) {
        switch (precision) {
            case FLOAT32 ->
                    MemorySegment.copy(RAM, ValueLayout.JAVA_FLOAT, address, target, offset, count);
            case BFLOAT16 -> loadBfloat16(address, target, offset, count);
            case FLOAT16 -> throw noHalf();
        }
    }

    /** Writes {@code count} elements of {@code source} to {@code address}. */
    public static void store(
            Precision precision, float[] source, int offset, long address, int count) {
        switch (precision) {
            case FLOAT32 ->
                    MemorySegment.copy(source, offset, RAM, ValueLayout.JAVA_FLOAT, address, count);
            case BFLOAT16 -> storeBfloat16(source, offset, address, count);
            case FLOAT16 -> throw noHalf();
        }
    }

    private static IllegalArgumentException noHalf() {
        return new IllegalArgumentException(
                "kernels take fp32 and bf16, got fp16, which libtorch's operators compute");
    }

    /** Copies bytes from one native address to another; the ranges must not overlap. */
    public static void copy(long from, long to, long bytes) {
        MemorySegment.copy(RAM, from, RAM, to, bytes);
    }

    /** Sets bytes at a native address to zero. */
    public static void clear(long address, long bytes) {
        RAM.asSlice(address, bytes).fill((byte) 0);
    }

    /** One element at {@code address}. */
    static float elementAt(Precision precision, long address) {
        return switch (precision) {
            case FLOAT32 -> loadFloat(address);
            case BFLOAT16 -> Float.intBitsToFloat(RAM.get(ValueLayout.JAVA_SHORT, address) << 16);
            case FLOAT16 -> throw noHalf();
        };
    }

    static float loadFloat(long address) {
        return RAM.get(ValueLayout.JAVA_FLOAT, address);
    }

    static void storeFloat(long address, float value) {
        RAM.set(ValueLayout.JAVA_FLOAT, address, value);
    }

    static FloatVector floatsAt(long address) {
        return FloatVector.fromMemorySegment(FLOATS, RAM, address, ORDER);
    }

    static void floatsTo(FloatVector value, long address) {
        value.intoMemorySegment(RAM, address, ORDER);
    }

    /** One vector of elements at {@code address}. */
    static FloatVector vectorAt(Precision precision, long address) {
        return switch (precision) {
            case FLOAT32 -> floatsAt(address);
            case BFLOAT16 -> widened(address);
            case FLOAT16 -> throw noHalf();
        };
    }

    /** Writes one vector of elements to {@code address}. */
    static void vectorTo(Precision precision, FloatVector values, long address) {
        switch (precision) {
            case FLOAT32 -> floatsTo(values, address);
            case BFLOAT16 -> rounded(values).intoMemorySegment(RAM, address, ORDER);
            case FLOAT16 -> throw noHalf();
        }
    }

    private static FloatVector widened(long address) {
        ShortVector raw = ShortVector.fromMemorySegment(SHORTS, RAM, address, ORDER);
        IntVector bits = (IntVector) raw.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static ShortVector rounded(FloatVector values) {
        IntVector bits = values.reinterpretAsInts();
        IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).lanewise(VectorOperators.AND, 1);
        // The carry would make a number of a NaN whose bits are all set.
        VectorMask<Integer> isNaN = values.compare(VectorOperators.NE, values).cast(INTS);
        return (ShortVector)
                bits.add(odd)
                        .add(0x7fff)
                        .lanewise(VectorOperators.LSHR, 16)
                        .blend(QUIET_NAN, isNaN)
                        .convertShape(VectorOperators.I2S, SHORTS, 0);
    }

    private static void loadBfloat16(long address, float[] target, int offset, int count) {
        int whole = count - count % LANES;
        for (int i = 0; i < whole; i += LANES) {
            widened(address + 2L * i).intoArray(target, offset + i);
        }
        for (int i = whole; i < count; i++) {
            short raw = RAM.get(ValueLayout.JAVA_SHORT, address + 2L * i);
            target[offset + i] = Float.intBitsToFloat(raw << 16);
        }
    }

    private static void storeBfloat16(float[] source, int offset, long address, int count) {
        int whole = count - count % LANES;
        for (int i = 0; i < whole; i += LANES) {
            rounded(FloatVector.fromArray(FLOATS, source, offset + i))
                    .intoMemorySegment(RAM, address + 2L * i, ORDER);
        }
        for (int i = whole; i < count; i++) {
            RAM.set(ValueLayout.JAVA_SHORT, address + 2L * i, bfloat16(source[offset + i]));
        }
    }

    private static short bfloat16(float value) {
        if (Float.isNaN(value)) {
            return QUIET_NAN;
        }
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }
}
