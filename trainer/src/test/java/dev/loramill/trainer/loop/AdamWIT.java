package dev.loramill.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.trainer.lora.LoraConfig;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.Team;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdamWIT {
    private static final double RATE = 1e-2;

    @TempDir private Path directory;

    /** Two steps by the definition (Loshchilov and Hutter, decoupled decay), in doubles. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5})
    void followsItsDefinition(double decay) throws IOException {
        try (Team team = new Team(2);
                MatrixArena arena = new MatrixArena(2)) {
            LoraParameters parameters = new LoraParameters(layout(), arena);
            int length = (int) parameters.layout().length();
            float[] values = random(length, 1);
            float[] gradients = random(length, 2);
            parameters.set(0, values);
            AdamW optimizer = new AdamW(parameters, decay, team, arena);
            double[] expected = new double[length];
            double[] first = new double[length];
            double[] second = new double[length];
            for (int i = 0; i < length; i++) {
                expected[i] = values[i];
            }
            for (int step = 1; step <= 2; step++) {
                MemorySegment.copy(
                        MemorySegment.ofArray(gradients),
                        0,
                        parameters.gradients().segment(0, length),
                        0,
                        (long) length * Float.BYTES);
                optimizer.step(RATE, 0.5);
                for (int i = 0; i < length; i++) {
                    double g = 0.5 * gradients[i];
                    first[i] = 0.9 * first[i] + 0.1 * g;
                    second[i] = 0.999 * second[i] + 0.001 * g * g;
                    double mean = first[i] / (1 - Math.pow(0.9, step));
                    double square = second[i] / (1 - Math.pow(0.999, step));
                    expected[i] -= RATE * decay * expected[i];
                    expected[i] -= RATE * mean / (Math.sqrt(square) + 1e-8);
                }
            }

            float[] actual = parameters.get(0, length);
            for (int i = 0; i < length; i++) {
                assertThat((double) actual[i]).isCloseTo(expected[i], within(2e-5));
            }
        }
    }

    @Test
    void theNormIsThatOfAllGradients() throws IOException {
        try (Team team = new Team(3);
                MatrixArena arena = new MatrixArena(3)) {
            LoraParameters parameters = new LoraParameters(layout(), arena);
            int length = (int) parameters.layout().length();
            float[] ones = new float[length];
            Arrays.fill(ones, 2f);
            MemorySegment.copy(
                    MemorySegment.ofArray(ones),
                    0,
                    parameters.gradients().segment(0, length),
                    0,
                    (long) length * Float.BYTES);

            double norm = new AdamW(parameters, 0, team, arena).gradientNorm();

            assertThat(norm).isCloseTo(2 * Math.sqrt(length), within(1e-3 * Math.sqrt(length)));
        }
    }

    private LoraLayout layout() throws IOException {
        try (GgufFile file =
                GgufFile.open(TinyLlama.standard().write(directory.resolve("base.gguf")))) {
            return new LoraLayout(
                    ModelHyperparameters.read(file),
                    new LoraConfig(4, 8, 0, false, EnumSet.of(LoraTarget.V)));
        }
    }

    private static float[] random(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
