package dev.loramill.llama.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.llama.gguf.GgmlType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DequantizerTest {

    static Stream<GgmlType> supportedTypes() {
        return Arrays.stream(GgmlType.values()).filter(Dequantizer::supports);
    }

    static Stream<GgmlVectors.Vector> vectors() throws IOException {
        return GgmlVectors.read().stream();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void givesTheFloatsThatGgmlGives(GgmlVectors.Vector vector) {
        MemorySegment source = MemorySegment.ofArray(vector.blocks());
        String name = vector.type().name();
        SameBits.assertSame(name, Dequantizer.toFloat(vector.type(), source), vector.floats());
        SameBits.assertSame(name, scalarFloats(vector.type(), source), vector.floats());
    }

    @Test
    void committedVectorsCoverEveryQuantizedType() throws IOException {
        assertThat(GgmlVectors.read())
                .extracting(GgmlVectors.Vector::type)
                .containsExactlyInAnyOrderElementsOf(
                        supportedTypes().filter(GgmlType::isQuantized).toList());
    }

    @ParameterizedTest
    @MethodSource("supportedTypes")
    void vectorizedCodeEqualsTheScalarReference(GgmlType type) {
        byte[] blocks = RandomBlocks.of(type, 5_000, new Random(3));
        MemorySegment source = MemorySegment.ofArray(blocks);
        float[] floats = Dequantizer.toFloat(type, source);
        SameBits.assertSame(type.name(), floats, scalarFloats(type, source));

        short[] shorts = new short[floats.length];
        Dequantizer.toBfloat16(type, source, MemorySegment.ofArray(shorts));
        for (int i = 0; i < shorts.length; i++) {
            if (type != GgmlType.BF16 && shorts[i] != Bfloat16.ofFloat(floats[i])) {
                assertThat(shorts[i])
                        .as(type + " element " + i + " = " + floats[i])
                        .isEqualTo(Bfloat16.ofFloat(floats[i]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("supportedTypes")
    void rangesOfWholeBlocksEqualTheWhole(GgmlType type) {
        int block = type.blockSize();
        byte[] blocks = RandomBlocks.of(type, 64, new Random(4));
        MemorySegment source = MemorySegment.ofArray(blocks);
        float[] whole = Dequantizer.toFloat(type, source);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment destination = arena.allocate(whole.length * 4L);
            for (int first = 0; first < 64; first += 16) {
                Dequantizer.toFloat(
                        type,
                        source,
                        (long) first * block,
                        16L * block,
                        destination.asSlice(first * block * 4L));
            }
            SameBits.assertSame(type.name(), destination.toArray(ValueLayout.JAVA_FLOAT), whole);
        }
    }

    @Test
    void bfloat16RoundsTiesToEven() {
        assertThat(Bfloat16.ofFloat(Float.intBitsToFloat(0x3f80_8000))).isEqualTo((short) 0x3f80);
        assertThat(Bfloat16.ofFloat(Float.intBitsToFloat(0x3f81_8000))).isEqualTo((short) 0x3f82);
        assertThat(Bfloat16.ofFloat(Float.intBitsToFloat(0x3f80_8001))).isEqualTo((short) 0x3f81);
        assertThat(Bfloat16.ofFloat(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
    }

    @Test
    void bfloat16KeepsNanInEveryPath() {
        float[] values = new float[64];
        values[5] = Float.intBitsToFloat(0x7f80_0001);
        values[40] = Float.NaN;
        short[] shorts = new short[64];
        Dequantizer.toBfloat16(
                GgmlType.F32, MemorySegment.ofArray(values), MemorySegment.ofArray(shorts));
        assertThat(Bfloat16.toFloat(shorts[5])).isNaN();
        assertThat(Bfloat16.toFloat(shorts[40])).isNaN();

        byte[] nanScale = RandomBlocks.of(GgmlType.Q8_0, 1, new Random(5));
        nanScale[0] = 1;
        nanScale[1] = 0x7c;
        short[] block = new short[32];
        Dequantizer.toBfloat16(
                GgmlType.Q8_0, MemorySegment.ofArray(nanScale), MemorySegment.ofArray(block));
        for (short bits : block) {
            assertThat(Bfloat16.toFloat(bits)).isNaN();
        }
    }

    @Test
    void refusesPartsOfBlocks() {
        MemorySegment source = MemorySegment.ofArray(new byte[68]);
        MemorySegment destination = MemorySegment.ofArray(new float[64]);
        assertThatThrownBy(() -> Dequantizer.toFloat(GgmlType.Q8_0, source, 16, 32, destination))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("multiple of 32, got 16");
        assertThatThrownBy(() ->
                        Dequantizer.toFloat(GgmlType.Q8_0, source.asSlice(0, 67), destination))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("34 bytes, got 67");
    }

    @Test
    void refusesDestinationThatIsTooSmall() {
        MemorySegment source = MemorySegment.ofArray(new byte[34]);
        assertThatThrownBy(() ->
                        Dequantizer.toFloat(
                                GgmlType.Q8_0, source, MemorySegment.ofArray(new float[31])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("each of 32 elements, got 124 bytes");
    }

    @Test
    void refusesTypesItCannotDecode() {
        assertThatThrownBy(() ->
                        Dequantizer.toFloat(GgmlType.IQ2_XS, MemorySegment.ofArray(new byte[74])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("IQ2_XS cannot be dequantized");
    }

    private static float[] scalarFloats(GgmlType type, MemorySegment source) {
        int count = (int) (source.byteSize() / type.typeSize() * type.blockSize());
        float[] values = new float[count];
        new ScalarDecoder().decode(type, source, count, MemorySegment.ofArray(values), false);
        return values;
    }
}
