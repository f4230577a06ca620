package dev.loramill.llama.quantization;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Bytes of blocks into lanes, and lanes into floats or bfloat16, as every vector decoder does. */
final class VectorLanes {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final int LANES = FLOATS.length();
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    private static final VectorSpecies<Byte> BYTES = narrow(byte.class, 8);
    private static final VectorSpecies<Short> SHORTS = narrow(short.class, 16);
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ScalarDecoder SCALAR = new ScalarDecoder();

    private VectorLanes() {}

    private static <E> VectorSpecies<E> narrow(Class<E> element, int bits) {
        return VectorSpecies.of(element, VectorShape.forBitSize(Math.max(64, LANES * bits)));
    }

    /** Bytes of a mapped file as lanes of unsigned integers. */
    static IntVector load(MemorySegment source, long offset) {
        return loadSigned(source, offset).and(0xFF);
    }

    static IntVector loadSigned(MemorySegment source, long offset) {
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, source, offset, ORDER);
        return (IntVector) bytes.convertShape(VectorOperators.B2I, INTS, 0);
    }

    static FloatVector real(IntVector values) {
        return (FloatVector) values.convert(VectorOperators.I2F, 0);
    }

    /** Stores values of which none is NaN. */
    static void store(
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

    static ShortVector narrow(IntVector values) {
        return (ShortVector) values.convertShape(VectorOperators.I2S, SHORTS, 0);
    }

    /** Decodes a block whose scale is not finite, which may give NaN. */
    static void decodeOddBlock(
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
}
