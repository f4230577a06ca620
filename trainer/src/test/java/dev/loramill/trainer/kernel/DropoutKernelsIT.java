package dev.loramill.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.Precision;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutKernelsIT {
    private static final int ROWS = 64;
    private static final int WIDTH = 500;
    private static final DropoutMask MASK =
            new DropoutMask(3, origins(0)).ofBlock(1).ofInput(LoraTarget.Q);

    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.3})
    void dropsItsShareOfTheElementsAndScalesTheRest(double probability) {
        float[][] out = ofOnes(probability, MASK);

        long dropped = 0;
        for (float[] row : out) {
            for (float value : row) {
                assertThat(value).isIn(0f, (float) (1 / (1 - probability)));
                dropped += value == 0 ? 1 : 0;
            }
        }
        double share = (double) dropped / (ROWS * WIDTH);
        double deviation = Math.sqrt(probability * (1 - probability) / (ROWS * WIDTH));
        assertThat(share).isCloseTo(probability, within(4 * deviation));
    }

    @Test
    void aTokenLosesTheSameElementsInWhateverRowItLies() {
        float[][] expected = ofOnes(0.3, MASK);
        DropoutMask later = new DropoutMask(3, origins(40)).ofBlock(1).ofInput(LoraTarget.Q);

        float[][] moved = ofOnes(0.3, later);

        for (int row = 0; row + 40 < ROWS; row++) {
            assertThat(moved[row]).isEqualTo(expected[row + 40]);
        }
    }

    @Test
    void stepsBlocksInputsAndRowsDifferFromEachOther() {
        DropoutMask batch = new DropoutMask(3, origins(0));
        float[][] expected = ofOnes(0.3, MASK);

        assertThat(ofOnes(0.3, batch.ofBlock(1).ofInput(LoraTarget.V))).isDeepEqualTo(expected);
        assertThat(ofOnes(0.3, batch.ofBlock(1).ofInput(LoraTarget.O))[0])
                .isNotEqualTo(expected[0]);
        assertThat(ofOnes(0.3, batch.ofBlock(2).ofInput(LoraTarget.Q))[0])
                .isNotEqualTo(expected[0]);
        DropoutMask otherStep = new DropoutMask(4, origins(0)).ofBlock(1).ofInput(LoraTarget.Q);
        assertThat(ofOnes(0.3, otherStep)[0]).isNotEqualTo(expected[0]);
        assertThat(expected[1]).isNotEqualTo(expected[0]);
    }

    private static long[] origins(int first) {
        long[] origins = new long[ROWS];
        Arrays.setAll(origins, row -> first + row);
        return origins;
    }

    private static float[][] ofOnes(double probability, DropoutMask mask) {
        float[][] out = new float[ROWS][WIDTH];
        float[] ones = new float[WIDTH];
        Arrays.fill(ones, 1f);
        try (MatrixArena arena = new MatrixArena(1)) {
            Matrix x = arena.zeros("test", "ones", ROWS, WIDTH, Precision.FLOAT32);
            Matrix dropped = arena.zeros("test", "dropped", ROWS, WIDTH, Precision.FLOAT32);
            for (int row = 0; row < ROWS; row++) {
                RowCodec.store(Precision.FLOAT32, ones, 0, x.address(row, 0), WIDTH);
            }
            new DropoutKernels(probability, WIDTH).apply(x, WIDTH, mask, dropped, 0, ROWS);
            for (int row = 0; row < ROWS; row++) {
                RowCodec.load(Precision.FLOAT32, dropped.address(row, 0), out[row], 0, WIDTH);
            }
        }
        return out;
    }
}
