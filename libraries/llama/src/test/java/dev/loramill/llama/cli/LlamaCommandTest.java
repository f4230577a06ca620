package dev.loramill.llama.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.llama.tiny.BrokenAdapter;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlamaCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path base;

    @BeforeEach
    void writeBase() throws IOException {
        base = TinyLlama.standard().write(folder.resolve("base.gguf"));
    }

    private int run(Object... arguments) {
        return LlamaCommand.run(
                new PrintWriter(out),
                new PrintWriter(err),
                List.of(arguments).stream().map(String::valueOf).toList());
    }

    @Test
    void showPrintsModelMetadataAndTensors() {
        assertThat(run("gguf", "show", base)).isZero();
        assertThat(out.toString())
                .contains("llama: 2 blocks, width 64, 4 heads on 2 of 16")
                .contains("tokenizer.ggml.tokens = [\"<|endoftext|>\", \"<|im_start|>\"")
                .contains("…]  512 STRING")
                .containsPattern("blk\\.1\\.ffn_down\\.weight +F32 +\\[128, 64\\] +32768 bytes");
    }

    @Test
    void showEscapesControlCharacters() {
        assertThat(run("gguf", "show", "--full", base)).isZero();
        assertThat(out.toString())
                .contains("message['role'] + '\\n'")
                .doesNotContainPattern("[\\x00-\\x08\\x0b-\\x1f]");
    }

    @Test
    void validateAcceptsSoundBaseAndItsAdapter() throws IOException {
        Path adapter =
                TinyAdapter.random(TinyLlama.standard().hyperparameters(), 1)
                        .write(folder.resolve("adapter.gguf"));
        assertThat(run("gguf", "validate", base)).isZero();
        assertThat(run("gguf", "validate", adapter, "--base", base)).isZero();
        assertThat(out.toString()).contains("LoRA for llama, rank 4, alpha 8.0, 14 weights");
    }

    @Test
    void validateRefusesBrokenAdapterWithItsReason() throws IOException {
        Path adapter =
                BrokenAdapter.ALPHA_INTEGER.write(
                        folder.resolve("adapter.gguf"), TinyLlama.standard().hyperparameters());
        assertThat(run("gguf", "validate", adapter, "--base", base)).isEqualTo(1);
        assertThat(out.toString())
                .contains("refused: " + adapter)
                .contains("alpha: metadata \"adapter.lora.alpha\" must be a FLOAT32");
    }

    @Test
    void validateAsksForTheBaseOfAnAdapter() throws IOException {
        Path adapter =
                TinyAdapter.random(TinyLlama.standard().hyperparameters(), 1)
                        .write(folder.resolve("adapter.gguf"));
        assertThat(run("gguf", "validate", adapter)).isEqualTo(2);
        assertThat(err.toString()).contains("name its base model with --base FILE");
    }

    @Test
    void wrongCommandLineEndsWithTwoAndMissingFileWithOne() {
        assertThat(run("gguf", "shew", base)).isEqualTo(2);
        assertThat(run("gguf", "show")).isEqualTo(2);
        assertThat(run("gguf", "show", folder.resolve("none.gguf"))).isEqualTo(1);
        assertThat(err.toString()).contains("none.gguf\" does not exist");
    }

    @Test
    void fileThatIsNoGgufIsNamedAsSuch() throws IOException {
        Path text = Files.writeString(folder.resolve("a.txt"), "hello there");
        assertThat(run("gguf", "validate", text)).isEqualTo(1);
        assertThat(out.toString()).contains("GGUF magic at offset 0 must be \"GGUF\"");
    }

    @Test
    void benchEndsWithOneLineOfJson() throws IOException {
        int exitCode = run("bench", "gguf", "--weights", 1 << 20, "--rounds", 1, "--threads", 1);
        JsonNode verdict = new ObjectMapper().readTree(out.toString().lines().toList().getLast());
        assertThat(verdict.path("name").asText()).isEqualTo("gguf");
        assertThat(verdict.path("seed").asLong()).isEqualTo(1);
        assertThat(verdict.path("figures").path("Q8_0_ms").asDouble()).isPositive();
        assertThat(verdict.path("ok").asBoolean()).isEqualTo(exitCode == 0);
    }
}
