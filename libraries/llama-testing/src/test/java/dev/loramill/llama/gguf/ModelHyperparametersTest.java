package dev.loramill.llama.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelHyperparametersTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void readsSizesOfUntiedModelWithRopeFactors() throws IOException {
        TinyLlama tiny = TinyLlama.standard().withTied(false).withRopeFactors(true);
        try (GgufFile file = GgufFile.open(tiny.write(folder.resolve("t.gguf")))) {
            ModelHyperparameters model = ModelHyperparameters.read(file);
            assertThat(model).isEqualTo(tiny.hyperparameters());
            assertThat(model.headDimension()).isEqualTo(16);
            assertThat(model.keyValueLength()).isEqualTo(32);
            assertThat(model.ropeFactorsTensor()).contains("rope_freqs.weight");
            assertThat(model.isTied()).isFalse();
        }
    }

    @Test
    void namesTheMissingKey() throws IOException {
        Path path = folder.resolve("t.gguf");
        new GgufWriter().put("general.architecture", GgufValue.text("llama")).write(path);
        try (GgufFile file = GgufFile.open(path)) {
            assertThatThrownBy(() -> ModelHyperparameters.read(file))
                    .isInstanceOf(InvalidGgufException.class)
                    .hasMessageContaining("\"llama.block_count\" must be a whole number");
        }
    }

    @Test
    void namesValueAndRangeOfASizeOutOfBounds() throws IOException {
        Path path = folder.resolve("t.gguf");
        new GgufWriter()
                .put("general.architecture", GgufValue.text("llama"))
                .put("llama.block_count", GgufValue.uint32(100_000))
                .write(path);
        try (GgufFile file = GgufFile.open(path)) {
            assertThatThrownBy(() -> ModelHyperparameters.read(file))
                    .isInstanceOf(InvalidGgufException.class)
                    .hasMessageMatching(
                            ".*\"llama.block_count\" at offset \\d+ must be in \\[1, 512\\], got"
                                    + " 100000");
        }
    }
}
