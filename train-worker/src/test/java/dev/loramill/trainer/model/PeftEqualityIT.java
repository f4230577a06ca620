package dev.loramill.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.job.LearningRateSchedule;
import dev.loramill.trainer.job.LearningRateSchedule.Kind;
import dev.loramill.trainer.loop.AdamW;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.Precision;
import dev.loramill.trainer.tensor.Team;
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
    private static final int STEPS = 20;

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
        try (Run run = new Run(golden, Precision.FLOAT32, threads, retainedBlocks, keepsWeights)) {
            PackedBatch batch = golden.batch(0);

            BatchLoss loss = run.model.accumulate(batch, 1.0 / batch.labelCount(), 0);

            assertThat(loss.mean()).isCloseTo(golden.floats("loss")[0], relative(loss.mean()));
            assertThat(run.gradients()).hasSameSizeAs(golden.floats("gradients"));
            assertClose(run.gradients(), golden.floats("gradients"), 1e-4f);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama-untied-factors", "qwen2", "qwen3"})
    void logitsEqualPeft(String name) {
        Golden golden = Golden.read(name);
        try (Run run = new Run(golden, Precision.FLOAT32, 2, 0, true)) {
            int rows = golden.documents(0).getFirst().length();

            float[][] logits = run.model.logits(golden.batch(0), rows);

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
        try (Run run = new Run(golden, Precision.FLOAT32, threads, retainedBlocks, keepsWeights)) {
            for (int step = 0; step < STEPS; step++) {
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
        try (Run run = new Run(golden, Precision.BFLOAT16, 2, 1, true)) {
            for (int step = 0; step < STEPS; step++) {
                double loss = run.step(step)[0];

                assertThat(loss)
                        .as("loss of step %d", step)
                        .isCloseTo(losses[step], within(losses[step] * 0.05));
            }
        }
    }

    private static org.assertj.core.data.Offset<Double> relative(double value) {
        return within(Math.abs(value) * 1e-4);
    }

    private static void assertClose(float[] actual, float[] expected, float tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        float worst = 0;
        int at = -1;
        for (int i = 0; i < expected.length; i++) {
            float difference = Math.abs(actual[i] - expected[i]);
            if (!(difference <= worst)) {
                worst = difference;
                at = i;
            }
        }
        assertThat(worst)
                .as("largest difference, at %d, where the largest value is %s", at, largest)
                .isLessThanOrEqualTo(largest * tolerance);
    }

    /** A model on a golden's base with the golden's adapter and optimizer. */
    private static final class Run implements AutoCloseable {
        private final Golden golden;
        private final Team team;
        private final MatrixArena arena;
        private final FrozenWeights base;
        private final AdamW optimizer;
        private final LearningRateSchedule schedule;
        final Transformer model;

        Run(
                Golden golden,
                Precision precision,
                int threads,
                int retainedBlocks,
                boolean keepsWeights) {
            this.golden = golden;
            team = new Team(threads);
            arena = new MatrixArena(threads);
            base = golden.openBase();
            model =
                    new Transformer(
                            base,
                            golden.lora(),
                            new TransformerOptions(
                                    precision, 128, 192, 64, retainedBlocks, keepsWeights),
                            team,
                            arena);
            optimizer = new AdamW(model.parameters(), golden.number("weight_decay"), team, arena);
            schedule =
                    new LearningRateSchedule(
                            Kind.LINEAR,
                            golden.number("learning_rate"),
                            (int) golden.number("warmup"),
                            STEPS);
            model.parameters().set(0, golden.floats("adapter"));
            model.publish();
        }

        double[] step(int step) {
            PackedBatch batch = golden.batch(step % 3);
            model.parameters().clearGradients();
            BatchLoss loss = model.accumulate(batch, 1.0 / batch.labelCount(), 0);
            double norm = optimizer.gradientNorm();
            optimizer.step(
                    schedule.rate(step), Math.min(1.0, golden.number("clip") / (norm + 1e-6)));
            model.publish();
            return new double[] {loss.mean(), norm};
        }

        float[] gradients() {
            return model.parameters().gradient(0, model.parameters().layout().length());
        }

        float[] parameters() {
            return model.parameters().get(0, model.parameters().layout().length());
        }

        @Override
        public void close() {
            team.close();
            arena.close();
            base.close();
        }
    }
}
