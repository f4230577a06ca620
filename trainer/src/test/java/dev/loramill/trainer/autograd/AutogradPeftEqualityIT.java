package dev.loramill.trainer.autograd;

import static dev.loramill.trainer.model.GoldenRun.assertClose;
import static dev.loramill.trainer.model.GoldenRun.relative;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.device.Device;
import dev.loramill.trainer.model.BatchLoss;
import dev.loramill.trainer.model.Golden;
import dev.loramill.trainer.model.GoldenRun;
import dev.loramill.trainer.model.TransformerOptions;
import dev.loramill.trainer.tensor.Precision;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares the model of libtorch's operators, on the CPU, with PEFT on PyTorch; the goldens are
 * those of {@code src/test/python/make_goldens.py}.
 *
 * <p>Tolerance in single precision: 1e-4 relative on losses and norms, and on each gradient 1e-4 of
 * the largest one. In 16 bits the losses of twenty steps stay within 5 % (bf16) and 1 % (fp16).
 */
class AutogradPeftEqualityIT {
    private static final String[] CASES = {
        "llama-tied", "llama-untied-factors", "llama-some-targets", "qwen2", "qwen3"
    };

    static Stream<Arguments> casesAndMemory() {
        return Stream.of(CASES)
                .flatMap(name ->
                        Stream.of(
                                Arguments.of(name, 1, 0, false, CausalAttention.TWO_PRODUCTS),
                                Arguments.of(name, 2, 0, true, CausalAttention.FUSED),
                                Arguments.of(name, 2, 1, false, CausalAttention.FUSED_REPEATED),
                                Arguments.of(name, 2, 2, true, CausalAttention.TWO_PRODUCTS)));
    }

    @ParameterizedTest
    @MethodSource("casesAndMemory")
    void lossAndEveryGradientEqualPeft(
            String name,
            int threads,
            int retainedBlocks,
            boolean keepsWeights,
            CausalAttention attention) {
        Golden golden = Golden.read(name);
        try (GoldenRun<AutogradTransformer> run =
                run(golden, Precision.FLOAT32, threads, retainedBlocks, keepsWeights, attention)) {
            PackedBatch batch = golden.batch(0);

            BatchLoss loss = run.model().accumulate(batch, 1.0 / batch.labelCount(), 0);

            assertThat(loss.mean()).isCloseTo(golden.floats("loss")[0], relative(loss.mean()));
            assertClose(run.gradients(), golden.floats("gradients"), 1e-4f);
            assertThat(run.model().evaluate(batch)).isEqualTo(loss);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama-untied-factors", "qwen2", "qwen3"})
    void logitsEqualPeft(String name) {
        Golden golden = Golden.read(name);
        try (GoldenRun<AutogradTransformer> run = run(golden, Precision.FLOAT32)) {
            int rows = golden.documents(0).getFirst().length();

            List<float[]> logits = run.model().logits(golden.batch(0), rows);

            float[] expected = golden.floats("logits");
            float[] actual = new float[expected.length];
            for (int row = 0; row < rows; row++) {
                float[] one = logits.get(row);
                System.arraycopy(one, 0, actual, row * one.length, one.length);
            }
            assertClose(actual, expected, 1e-4f);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-tied",
                "llama-untied-factors",
                "llama-some-targets",
                "qwen2",
                "qwen3"
            })
    void twentyStepsFollowPeft(String name) {
        Golden golden = Golden.read(name);
        float[] losses = golden.floats("losses");
        float[] norms = golden.floats("norms");
        try (GoldenRun<AutogradTransformer> run = run(golden, Precision.FLOAT32)) {
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
    @CsvSource({
        "llama-tied, BFLOAT16, 1, 0.05",
        "llama-untied-factors, BFLOAT16, 1, 0.05",
        "qwen2, BFLOAT16, 1, 0.05",
        "qwen3, BFLOAT16, 1, 0.05",
        "llama-tied, FLOAT16, 1024, 0.01",
        "llama-untied-factors, FLOAT16, 1024, 0.01",
        "qwen2, FLOAT16, 1024, 0.01",
        "qwen3, FLOAT16, 1024, 0.01"
    })
    void sixteenBitsStayNearSinglePrecision(
            String name, Precision precision, double lossScale, double tolerance) {
        Golden golden = Golden.read(name);
        float[] losses = golden.floats("losses");
        try (GoldenRun<AutogradTransformer> run = run(golden, precision)) {
            for (int step = 0; step < GoldenRun.STEPS; step++) {
                double loss = run.step(step, lossScale)[0];

                assertThat(loss)
                        .as("loss of step %d", step)
                        .isCloseTo(losses[step], within(losses[step] * tolerance));
            }
        }
    }

    private static GoldenRun<AutogradTransformer> run(Golden golden, Precision precision) {
        return run(golden, precision, 2, 1, true, CausalAttention.TWO_PRODUCTS);
    }

    private static GoldenRun<AutogradTransformer> run(
            Golden golden,
            Precision precision,
            int threads,
            int retainedBlocks,
            boolean keepsWeights,
            CausalAttention attention) {
        return new GoldenRun<>(
                golden,
                threads,
                (base, lora, team, arena) ->
                        new AutogradTransformer(
                                base,
                                lora,
                                new TransformerOptions(
                                        precision, 128, 192, 64, retainedBlocks, keepsWeights),
                                new Device.Cpu(true),
                                attention,
                                team,
                                arena));
    }
}
