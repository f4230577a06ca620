package dev.loramill.llama.quantization;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Decodes with the Vector API, on registers of 256 bits and more.
 *
 * <p>Equal to {@link BlockDecoder} bit for bit: scale times small integer is exact in a float, so
 * only the last operation rounds, whatever the order of lanes.
 */
final class VectorDecoder implements ElementDecoder {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final VectorSpecies<Integer> INTS =
            VectorSpecies.of(int.class, FLOATS.vectorShape());
    private static final VectorSpecies<Byte> BYTES = narrow(byte.class, 8);
    private static final VectorSpecies<Short> SHORTS = narrow(short.class, 16);
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final int CHUNK = 2048;
    private static final ScalarDecoder SCALAR = new ScalarDecoder();

    private static <E> VectorSpecies<E> narrow(Class<E> element, int bits) {
        return VectorSpecies.of(element, VectorShape.forBitSize(Math.max(64, LANES * bits)));
    }

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
        long blocks = elementCount / type.blockSize();
        switch (type) {
            case F32, F16, BF16 ->
                    decodeUnquantized(type, source, elementCount, destination, isBfloat16);
            case Q8_0 -> decodeQ8V0(source, blocks, destination, isBfloat16);
            case Q4_0 -> decodeQ4V0(source, blocks, destination, isBfloat16);
            case Q4_1 -> decodeQ4V1(source, blocks, destination, isBfloat16);
            case Q5_0 -> decodeQ5V0(source, blocks, destination, isBfloat16);
            case Q5_1 -> decodeQ5V1(source, blocks, destination, isBfloat16);
            case Q4_K -> decodeQ4K(source, blocks, destination, isBfloat16);
            case Q5_K -> decodeQ5K(source, blocks, destination, isBfloat16);
            case Q6_K -> decodeQ6K(source, blocks, destination, isBfloat16);
            default -> throw new IllegalArgumentException(type + " cannot be dequantized");
        }
    }

    /** Bytes of a mapped file as lanes of unsigned integers. */
    private static IntVector load(MemorySegment source, long offset) {
        return loadSigned(source, offset).and(0xFF);
    }

    private static IntVector loadSigned(MemorySegment source, long offset) {
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, source, offset, ORDER);
        return (IntVector) bytes.convertShape(VectorOperators.B2I, INTS, 0);
    }

    private static FloatVector real(IntVector values) {
        return (FloatVector) values.convert(VectorOperators.I2F, 0);
    }

    /** Stores values of which none is NaN. */
    private static void store(
            FloatVector values, MemorySegment destination, long element, boolean isBfloat16) {
        if (isBfloat16) {
            IntVector bits = values.reinterpretAsInts();
            IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
            narrow(bits.add(0x7fff).add(odd).lanewise(VectorOperators.LSHR, 16))
                    .intoMemorySegment(destination, element * Short.BYTES, ORDER);
        } else {
            values.intoMemorySegment(destination, element * Float.BYTES, ORDER);
        }
    }

    private static ShortVector narrow(IntVector values) {
        return (ShortVector) values.convertShape(VectorOperators.I2S, SHORTS, 0);
    }

    /** Decodes a block whose scale is not finite, which may give NaN. */
    private static void decodeOddBlock(
            GgmlType type,
            MemorySegment source,
            long block,
            MemorySegment destination,
            boolean isBfloat16) {
        int elementBytes = isBfloat16 ? Short.BYTES : Float.BYTES;
        int size = type.blockSize();
        SCALAR.decode(
                type,
                source.asSlice(block * type.typeSize(), type.typeSize()),
                size,
                destination.asSlice(block * size * elementBytes, (long) size * elementBytes),
                isBfloat16);
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

    private static void decodeQ8V0(
            MemorySegment source, long blocks, MemorySegment destination, boolean isBfloat16) {
        for (long b = 0; b < blocks; b++) {
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

    private static void decodeQ4V0(
            MemorySegment source, long blocks, MemorySegment destination, boolean isBfloat16) {
        for (long b = 0; b < blocks; b++) {
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

    private static void decodeQ4V1(
            MemorySegment source, long blocks, MemorySegment destination, boolean isBfloat16) {
        for (long b = 0; b < blocks; b++) {
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

    private static void decodeQ5V0(
            MemorySegment source, long blocks, MemorySegment destination, boolean isBfloat16) {
        for (long b = 0; b < blocks; b++) {
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

    private static void decodeQ5V1(
            MemorySegment source, long blocks, MemorySegment destination, boolean isBfloat16) {
        for (long b = 0; b < blocks; b++) {
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

    private static void decodeQ4K(
            MemorySegment source, long blocks, MemorySegment destination, boolean isBfloat16) {
        for (long b = 0; b < blocks; b++) {
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

    private static void decodeQ5K(
            MemorySegment source, long blocks, MemorySegment destination, boolean isBfloat16) {
        for (long b = 0; b < blocks; b++) {
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

    private static void decodeQ6K(
            MemorySegment source, long blocks, MemorySegment destination, boolean isBfloat16) {
        for (long b = 0; b < blocks; b++) {
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
