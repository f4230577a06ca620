package dev.loramill.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.trainer.data.Document;
import dev.loramill.trainer.data.DocumentsForTest;
import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.lora.LoraConfig;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.MatrixCounter;
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

class TransformerIT {
    private static final int MOST_ROWS = 640;
    private static final List<Document> DOCUMENTS = DocumentsForTest.random(9, 70, 500, 3);

    @TempDir static Path directory;
    private static Path base;

    @BeforeAll
    static void makeBase() throws IOException {
        base = directory.resolve("tiny.gguf");
        TinyLlama.standard().write(base);
    }

    @Test
    void packedDocumentsGiveTheSumOfEachAlone() {
        try (Model model = new Model(base, Precision.FLOAT32, 2, 0, true, 0)) {
            BatchLoss packed = model.transformer.accumulate(PackedBatch.of(DOCUMENTS), 1, 0);
            float[] together = model.gradients();
            model.transformer.parameters().clearGradients();
            BatchLoss alone = BatchLoss.NONE;
            for (Document document : DOCUMENTS) {
                alone =
                        alone.plus(
                                model.transformer.accumulate(
                                        PackedBatch.of(List.of(document)), 1, 0));
            }

            assertThat(packed.sum()).isCloseTo(alone.sum(), within(alone.sum() * 1e-6));
            assertThat(packed.tokens()).isEqualTo(alone.tokens());
            assertThat(packed.correct()).isEqualTo(alone.correct());
            assertClose(together, model.gradients(), 1e-5f);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FLOAT32", "BFLOAT16"})
    void losesNoBitByTradingMemoryForTime(Precision precision) {
        float[] expected = gradients(precision, 2, 0, false);

        assertThat(gradients(precision, 2, 0, true)).isEqualTo(expected);
        assertThat(gradients(precision, 2, 1, true)).isEqualTo(expected);
        assertThat(gradients(precision, 2, 2, false)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FLOAT32", "BFLOAT16"})
    void repeatsItselfBitByBit(Precision precision) {
        try (Model model = new Model(base, precision, 2, 1, true, 0.1)) {
            PackedBatch batch = PackedBatch.of(DOCUMENTS);
            double loss = model.transformer.accumulate(batch, 0.01, 9).sum();
            float[] first = model.gradients();
            for (int i = 0; i < 30; i++) {
                model.transformer.parameters().clearGradients();

                assertThat(model.transformer.accumulate(batch, 0.01, 9).sum()).isEqualTo(loss);
                assertThat(model.gradients()).isEqualTo(first);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "2, 5"})
    void threadsChangeTheRoundingOnly(int few, int many) {
        assertClose(
                gradients(Precision.FLOAT32, few, 0, true),
                gradients(Precision.FLOAT32, many, 0, true),
                1e-5f);
    }

    @ParameterizedTest
    @EnumSource(
            value = GgmlType.class,
            names = {"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1"})
    void trainsOnEveryKindOfWeights(GgmlType type) throws IOException {
        Path quantized = directory.resolve(type + ".gguf");
        TinyLlama.standard().withTypes(type, GgmlType.F16).write(quantized);
        try (Model model = new Model(quantized, Precision.FLOAT32, 2, 0, false, 0)) {
            PackedBatch batch = PackedBatch.of(DOCUMENTS);
            double before = model.transformer.accumulate(batch, 1.0 / batch.labelCount(), 0).mean();
            model.descend(0.5f);

            assertThat(model.transformer.evaluate(batch).mean()).isLessThan(before);
        }
    }

    /** The loss falls along the gradient as fast as the gradient says, under the same dropout. */
    @Test
    void gradientUnderDropoutIsThatOfTheDroppedLoss() {
        try (Model model = new Model(base, Precision.FLOAT32, 2, 1, true, 0.3)) {
            PackedBatch batch = PackedBatch.of(DOCUMENTS);
            double before =
                    model.transformer.accumulate(batch, 1.0 / batch.labelCount(), 77).mean();
            double squares = 0;
            for (float g : model.gradients()) {
                squares += (double) g * g;
            }
            float step = 1e-3f;
            model.descend(step);
            model.transformer.parameters().clearGradients();
            double after = model.transformer.accumulate(batch, 1.0 / batch.labelCount(), 77).mean();

            assertThat((before - after) / step).isCloseTo(squares, within(squares * 0.02));
        }
    }

    @Test
    void dropoutChangesWithItsKeyAndNotInEvaluation() {
        try (Model model = new Model(base, Precision.FLOAT32, 2, 0, true, 0.3)) {
            PackedBatch batch = PackedBatch.of(DOCUMENTS);

            double one = model.transformer.accumulate(batch, 1, 1).sum();
            assertThat(model.transformer.accumulate(batch, 1, 2).sum()).isNotEqualTo(one);
            assertThat(model.transformer.accumulate(batch, 1, 1).sum()).isEqualTo(one);
            assertThat(model.transformer.evaluate(batch).sum())
                    .isEqualTo(model.transformer.evaluate(batch).sum())
                    .isNotEqualTo(one);
        }
    }

    @Test
    void countsExactlyWhatItAllocates() {
        try (Model model = new Model(base, Precision.BFLOAT16, 3, 1, true, 0.1);
                FrozenWeights weights = weights(base)) {
            MatrixCounter counter = new MatrixCounter();
            Transformer.count(weights, lora(0.1), options(Precision.BFLOAT16, 1, true), 3, counter);

            assertThat(counter.bytesByPurpose()).isEqualTo(model.arena.bytesByPurpose());
        }
    }

    @Test
    void refusesAnArchitectureItDoesNotKnow() {
        try (Model model = new Model(base, Precision.FLOAT32, 1, 0, true, 0)) {
            assertThatThrownBy(() ->
                            model.transformer.evaluate(
                                    PackedBatch.of(DocumentsForTest.random(40, 70, 500, 4))))
                    .hasMessageContaining("batch must have at most " + MOST_ROWS + " tokens");
        }
        assertThat(Architecture.of("gpt2")).isEmpty();
        assertThat(Architecture.names()).isEqualTo("llama, qwen2, qwen3");
    }

    private static float[] gradients(
            Precision precision, int threads, int retainedBlocks, boolean keepsWeights) {
        try (Model model = new Model(base, precision, threads, retainedBlocks, keepsWeights, 0)) {
            model.transformer.accumulate(PackedBatch.of(DOCUMENTS), 0.01, 0);
            return model.gradients();
        }
    }

    private static void assertClose(float[] actual, float[] expected, float tolerance) {
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i])
                    .as("at %d", i)
                    .isCloseTo(expected[i], within(largest * tolerance));
        }
    }

    private static FrozenWeights weights(Path file) {
        try {
            return new GgufWeights(GgufFile.open(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LoraConfig lora(double dropout) {
        return new LoraConfig(4, 8, dropout, false, EnumSet.allOf(LoraTarget.class));
    }

    private static TransformerOptions options(
            Precision precision, int retainedBlocks, boolean keepsWeights) {
        return new TransformerOptions(
                precision, MOST_ROWS, 2 * MOST_ROWS, 80, retainedBlocks, keepsWeights);
    }

    /** A tiny model with an adapter that has an effect. */
    private static final class Model implements AutoCloseable {
        private final Team team;
        private final FrozenWeights weights;
        final MatrixArena arena;
        final Transformer transformer;

        Model(
                Path file,
                Precision precision,
                int threads,
                int retainedBlocks,
                boolean keepsWeights,
                double dropout) {
            team = new Team(threads);
            arena = new MatrixArena(threads);
            weights = weights(file);
            transformer =
                    new Transformer(
                            weights,
                            lora(dropout),
                            options(precision, retainedBlocks, keepsWeights),
                            team,
                            arena);
            Random random = new Random(11);
            float[] values = new float[(int) transformer.parameters().layout().length()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian() * 0.1f;
            }
            transformer.parameters().set(0, values);
            transformer.publish();
        }

        float[] gradients() {
            return transformer.parameters().gradient(0, transformer.parameters().layout().length());
        }

        void descend(float step) {
            float[] gradients = gradients();
            float[] values = transformer.parameters().get(0, gradients.length);
            for (int i = 0; i < values.length; i++) {
                values[i] -= step * gradients[i];
            }
            transformer.parameters().set(0, values);
            transformer.publish();
        }

        @Override
        public void close() {
            team.close();
            arena.close();
            weights.close();
        }
    }
}
