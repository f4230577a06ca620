package dev.loramill.trainer.model;

import static dev.loramill.trainer.model.GoldenRun.assertClose;
import static dev.loramill.trainer.model.GoldenRun.relative;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.tensor.Precision;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares with PEFT on PyTorch; see {@code src/test/python/make_goldens.py}.
 *
 * <p>Tolerance in single precision: 1e-4 relative on losses and norms, and on each gradient 1e-4 of
 * the largest one.
 */
class PeftEqualityIT {
    private static final String[] CASES = {
        "llama-tied", "llama-untied-factors", "llama-some-targets", "qwen2", "qwen3"
    };

    static Stream<Arguments> casesAndMemory() {
        return Stream.of(CASES)
                .flatMap(name ->
                        Stream.of(
                                Arguments.of(name, 1, 0, false),
                                Arguments.of(name, 2, 0, true),
                                Arguments.of(name, 3, 1, false),
                                Arguments.of(name, 2, 2, true)));
    }

    @ParameterizedTest
    @MethodSource("casesAndMemory")
    void lossAndEveryGradientEqualPeft(
            String name, int threads, int retainedBlocks, boolean keepsWeights) {
        Golden golden = Golden.read(name);
        try (GoldenRun<Transformer> run =
                run(golden, Precision.FLOAT32, threads, retainedBlocks, keepsWeights)) {
            PackedBatch batch = golden.batch(0);

            BatchLoss loss = run.model().accumulate(batch, 1.0 / batch.labelCount(), 0);

            assertThat(loss.mean()).isCloseTo(golden.floats("loss")[0], relative(loss.mean()));
            assertThat(run.gradients()).hasSameSizeAs(golden.floats("gradients"));
            assertClose(run.gradients(), golden.floats("gradients"), 1e-4f);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama-untied-factors", "qwen2", "qwen3"})
    void logitsEqualPeft(String name) {
        Golden golden = Golden.read(name);
        try (GoldenRun<Transformer> run = run(golden, Precision.FLOAT32, 2, 0, true)) {
            int rows = golden.documents(0).getFirst().length();

            float[][] logits = run.model().logits(golden.batch(0), rows);

            float[] expected = golden.floats("logits");
            float[] actual = new float[expected.length];
            for (int row = 0; row < rows; row++) {
                System.arraycopy(
                        logits[row], 0, actual, row * logits[row].length, logits[row].length);
            }
            assertClose(actual, expected, 1e-4f);
        }
    }

    @ParameterizedTest
    @MethodSource("casesAndMemory")
    void twentyStepsFollowPeft(String name, int threads, int retainedBlocks, boolean keepsWeights) {
        Golden golden = Golden.read(name);
        float[] losses = golden.floats("losses");
        float[] norms = golden.floats("norms");
        try (GoldenRun<Transformer> run =
                run(golden, Precision.FLOAT32, threads, retainedBlocks, keepsWeights)) {
            for (int step = 0; step < GoldenRun.STEPS; step++) {
                double[] lossAndNorm = run.step(step);

                assertThat(lossAndNorm[0])
                        .as("loss of step %d", step)
                        .isCloseTo(losses[step], relative(losses[step]));
                assertThat(lossAndNorm[1])
                        .as("gradient norm of step %d", step)
                        .isCloseTo(norms[step], within(norms[step] * 1e-3));
            }
            assertClose(run.parameters(), golden.floats("trained"), 1e-3f);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama-untied-factors", "qwen2", "qwen3"})
    void bfloat16StaysNearSinglePrecision(String name) {
        Golden golden = Golden.read(name);
        float[] losses = golden.floats("losses");
        try (GoldenRun<Transformer> run = run(golden, Precision.BFLOAT16, 2, 1, true)) {
            for (int step = 0; step < GoldenRun.STEPS; step++) {
                double loss = run.step(step)[0];

                assertThat(loss)
                        .as("loss of step %d", step)
                        .isCloseTo(losses[step], within(losses[step] * 0.05));
            }
        }
    }

    private static GoldenRun<Transformer> run(
            Golden golden,
            Precision precision,
            int threads,
            int retainedBlocks,
            boolean keepsWeights) {
        return new GoldenRun<>(
                golden,
                threads,
                (base, lora, team, arena) ->
                        new Transformer(
                                base,
                                lora,
                                new TransformerOptions(
                                        precision, 128, 192, 64, retainedBlocks, keepsWeights),
                                team,
                                arena));
    }
}
