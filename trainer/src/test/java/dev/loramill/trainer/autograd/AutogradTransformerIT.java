package dev.loramill.trainer.autograd;

import static dev.loramill.trainer.model.GoldenRun.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.trainer.data.Document;
import dev.loramill.trainer.data.DocumentsForTest;
import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.device.Device;
import dev.loramill.trainer.lora.LoraConfig;
import dev.loramill.trainer.model.AdaptedModel;
import dev.loramill.trainer.model.BatchLoss;
import dev.loramill.trainer.model.FrozenWeights;
import dev.loramill.trainer.model.GgufWeights;
import dev.loramill.trainer.model.Transformer;
import dev.loramill.trainer.model.TransformerOptions;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.Precision;
import dev.loramill.trainer.tensor.Team;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The model of libtorch's operators beside that of the fused kernels, on the CPU. */
class AutogradTransformerIT {
    private static final int MOST_ROWS = 640;
    private static final PackedBatch BATCH = PackedBatch.of(DocumentsForTest.random(9, 70, 500, 3));

    @TempDir static Path directory;
    private static Path base;

    @BeforeAll
    static void makeBase() throws IOException {
        base = directory.resolve("tiny.gguf");
        TinyLlama.standard().write(base);
    }

    /**
     * Both round differently, so 16 bits agree to their own precision only: bf16 has 8 bits, fp16
     * 11, and gradients pass two blocks of them.
     */
    @ParameterizedTest
    @CsvSource({
        "FLOAT32, FLOAT32, 1, 1e-6, 1e-4",
        "BFLOAT16, BFLOAT16, 1, 5e-3, 5e-2",
        "FLOAT16, FLOAT32, 64, 1e-3, 1e-2"
    })
    void equalsTheFusedKernelsOnPackedRows(
            Precision precision,
            Precision fused,
            float lossScale,
            double lossTolerance,
            float gradientTolerance) {
        try (Model own = new Model(fused, 0, true, 0, true);
                Model torch = new Model(precision, 1, true, 0, false)) {
            BatchLoss expected = own.model.accumulate(BATCH, 1.0 / BATCH.labelCount(), 0);
            BatchLoss actual = torch.model.accumulate(BATCH, lossScale / BATCH.labelCount(), 0);

            assertThat(actual.mean())
                    .isCloseTo(expected.mean(), within(expected.mean() * lossTolerance));
            float[] gradients = torch.gradients();
            for (int i = 0; i < gradients.length; i++) {
                gradients[i] /= lossScale;
            }
            assertClose(gradients, own.gradients(), gradientTolerance);
        }
    }

    /** Both drop the same elements, so that a run may go on with the other. */
    @Test
    void dropsTheElementsThatTheFusedKernelsDrop() {
        try (Model own = new Model(Precision.FLOAT32, 0, true, 0.3, true);
                Model torch = new Model(Precision.FLOAT32, 1, true, 0.3, false)) {
            double expected = own.model.accumulate(BATCH, 1.0 / BATCH.labelCount(), 5).mean();

            assertThat(torch.model.accumulate(BATCH, 1.0 / BATCH.labelCount(), 5).mean())
                    .isCloseTo(expected, within(expected * 1e-6));
            assertClose(torch.gradients(), own.gradients(), 1e-4f);
        }
    }

    /**
     * The first step of Adam moves every element of B by the learning rate, which changes outputs
     * by less than the last bit of 16; rounding must not swallow it.
     */
    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"BFLOAT16", "FLOAT16"})
    void aFirstStepActsInSixteenBitsAsInSinglePrecision(Precision precision) {
        double expected = lossAfterFirstStep(Precision.FLOAT32);

        assertThat(lossAfterFirstStep(precision))
                .isCloseTo(expected, within(Math.abs(expected) * 0.15));
    }

    /** How much the loss falls by a first step from an adapter without effect. */
    private static double lossAfterFirstStep(Precision precision) {
        float[] signs;
        try (Model model = new Model(Precision.FLOAT32, 0, true, 0, false)) {
            model.model.parameters().initialize(5);
            model.model.publish();
            model.model.accumulate(BATCH, 1.0 / BATCH.labelCount(), 0);
            signs = model.gradients();
        }
        try (Model model = new Model(precision, 0, true, 0, false)) {
            model.model.parameters().initialize(5);
            model.model.publish();
            double before = model.model.evaluate(BATCH).mean();
            float[] values = model.model.parameters().get(0, signs.length);
            for (int i = 0; i < signs.length; i++) {
                values[i] -= 2e-4f * Math.signum(signs[i]);
            }
            model.model.parameters().set(0, values);
            model.model.publish();
            return before - model.model.evaluate(BATCH).mean();
        }
    }

    @Test
    void packedDocumentsGiveTheSumOfEachAlone() {
        try (Model model = new Model(Precision.FLOAT32, 0, true, 0, false)) {
            BatchLoss packed = model.model.accumulate(BATCH, 1, 0);
            float[] together = model.gradients();
            model.model.parameters().clearGradients();
            BatchLoss alone = BatchLoss.NONE;
            for (Document document : DocumentsForTest.random(9, 70, 500, 3)) {
                alone = alone.plus(model.model.accumulate(PackedBatch.of(List.of(document)), 1, 0));
            }

            assertThat(packed.sum()).isCloseTo(alone.sum(), within(alone.sum() * 1e-6));
            assertThat(packed.correct()).isEqualTo(alone.correct());
            assertClose(together, model.gradients(), 1e-5f);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void losesNoBitByTradingMemoryForTime(Precision precision) {
        float[] expected = gradients(precision, 0, false);

        assertThat(gradients(precision, 0, true)).isEqualTo(expected);
        assertThat(gradients(precision, 1, true)).isEqualTo(expected);
        assertThat(gradients(precision, 2, false)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void repeatsItselfBitByBitUnderDropout(Precision precision) {
        try (Model model = new Model(precision, 1, true, 0.1, false)) {
            double loss = model.model.accumulate(BATCH, 0.01, 9).sum();
            float[] first = model.gradients();
            for (int i = 0; i < 10; i++) {
                model.model.parameters().clearGradients();

                assertThat(model.model.accumulate(BATCH, 0.01, 9).sum()).isEqualTo(loss);
                assertThat(model.gradients()).isEqualTo(first);
            }
            assertThat(model.model.accumulate(BATCH, 0.01, 10).sum()).isNotEqualTo(loss);
        }
    }

    /** The loss falls along the gradient as fast as the gradient says, under the same dropout. */
    @Test
    void gradientUnderDropoutIsThatOfTheDroppedLoss() {
        try (Model model = new Model(Precision.FLOAT32, 1, true, 0.3, false)) {
            double before = model.model.accumulate(BATCH, 1.0 / BATCH.labelCount(), 77).mean();
            float[] gradients = model.gradients();
            double squares = 0;
            float step = 1e-3f;
            float[] values = model.model.parameters().get(0, gradients.length);
            for (int i = 0; i < gradients.length; i++) {
                squares += (double) gradients[i] * gradients[i];
                values[i] -= step * gradients[i];
            }
            model.model.parameters().set(0, values);
            model.model.publish();
            double after = model.model.accumulate(BATCH, 1.0 / BATCH.labelCount(), 77).mean();

            assertThat((before - after) / step).isCloseTo(squares, within(squares * 0.02));
        }
    }

    @Test
    void aGradientThatOverflowsHalvesIsSeenInTheHostsGradients() {
        try (Model model = new Model(Precision.FLOAT16, 0, true, 0, false)) {
            BatchLoss loss = model.model.accumulate(BATCH, 1e8, 0);

            assertThat(loss.mean()).isFinite();
            double sum = 0;
            for (float gradient : model.gradients()) {
                sum += gradient;
            }
            assertThat(sum).isNaN();
        }
    }

    @Test
    void refusesABatchThatItWasNotMadeFor() {
        try (Model model = new Model(Precision.FLOAT32, 0, true, 0, false)) {
            assertThatThrownBy(() ->
                            model.model.evaluate(
                                    PackedBatch.of(DocumentsForTest.random(40, 70, 500, 4))))
                    .hasMessageContaining("batch must have at most " + MOST_ROWS + " tokens");
        }
    }

    private static float[] gradients(
            Precision precision, int retainedBlocks, boolean keepsWeights) {
        try (Model model = new Model(precision, retainedBlocks, keepsWeights, 0.1, false)) {
            model.model.accumulate(BATCH, 0.01, 5);
            return model.gradients();
        }
    }

    /** A tiny model with an adapter that has an effect. */
    private static final class Model implements AutoCloseable {
        private final Team team = new Team(2);
        private final MatrixArena arena = new MatrixArena(2);
        private final FrozenWeights weights;
        final AdaptedModel model;

        Model(
                Precision precision,
                int retainedBlocks,
                boolean keepsWeights,
                double dropout,
                boolean isFused) {
            try {
                weights = new GgufWeights(GgufFile.open(base));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            LoraConfig lora = new LoraConfig(4, 8, dropout, false, EnumSet.allOf(LoraTarget.class));
            TransformerOptions options =
                    new TransformerOptions(
                            precision, MOST_ROWS, 2 * MOST_ROWS, 80, retainedBlocks, keepsWeights);
            model =
                    isFused
                            ? new Transformer(weights, lora, options, team, arena)
                            : new AutogradTransformer(
                                    weights, lora, options, new Device.Cpu(true), team, arena);
            Random random = new Random(11);
            float[] values = new float[(int) model.parameters().layout().length()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian() * 0.1f;
            }
            model.parameters().set(0, values);
            model.publish();
        }

        float[] gradients() {
            return model.parameters().gradient(0, model.parameters().layout().length());
        }

        @Override
        public void close() {
            model.close();
            team.close();
            arena.close();
            weights.close();
        }
    }
}
