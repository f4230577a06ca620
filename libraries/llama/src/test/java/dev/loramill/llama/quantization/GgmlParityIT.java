package dev.loramill.llama.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.llama.gguf.GgmlType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GgmlParityIT {
    private static final int BLOCKS = 2_000;

    @TempDir(cleanup = CleanupMode.NEVER)
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    static List<NativeGgml> libraries;

    @BeforeAll
    static void loadLibraries() throws IOException {
        libraries = NativeGgml.all(folder);
    }

    static List<GgmlType> quantizedTypes() {
        return RandomBlocks.QUANTIZED;
    }

    @ParameterizedTest
    @MethodSource("quantizedTypes")
    void dequantizesAsGgmlDoesBitForBit(GgmlType type) {
        byte[] blocks = RandomBlocks.of(type, BLOCKS, new Random(type.id()));
        float[] ours = Dequantizer.toFloat(type, MemorySegment.ofArray(blocks));
        for (NativeGgml library : libraries) {
            SameBits.assertSame(library + " " + type, ours, library.dequantize(type, blocks));
        }
    }

    @ParameterizedTest
    @MethodSource("quantizedTypes")
    void quantizesAsGgmlDoesBitForBit(GgmlType type) {
        if (!Quantizer.supports(type)) {
            return;
        }
        Random random = new Random(type.id());
        float[] values = new float[BLOCKS * type.blockSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 0.05);
        }
        Arrays.fill(values, 0, type.blockSize(), 0f);
        byte[] ours = Quantizer.quantize(type, values).toArray(ValueLayout.JAVA_BYTE);
        for (NativeGgml library : libraries) {
            assertThat(ours).as(library + " " + type).isEqualTo(library.quantize(type, values));
        }
    }

    @Test
    void roundsToBfloat16AsGgmlDoes() {
        Random random = new Random(7);
        float[] values = new float[200_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
        }
        for (NativeGgml library : libraries) {
            short[] expected = library.toBfloat16(values);
            for (int i = 0; i < values.length; i++) {
                if (Bfloat16.ofFloat(values[i]) != expected[i]) {
                    assertThat(Bfloat16.ofFloat(values[i]))
                            .as(library + " " + Float.floatToRawIntBits(values[i]))
                            .isEqualTo(expected[i]);
                }
            }
        }
    }
}
