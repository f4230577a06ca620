package dev.loramill.llama.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.llama.tiny.BrokenAdapter;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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
    void countsBelowOneAreAWrongCommandLine() {
        assertThat(run("bench", "gguf", "--rounds", "0")).isEqualTo(2);
        assertThat(run("bench", "binding", "--threads", "-1")).isEqualTo(2);
        assertThat(run("bench", "tokenizer", "--texts", "none")).isEqualTo(2);
        assertThat(run("stress", "adapters", "--cycles", "0")).isEqualTo(2);
        assertThat(err.toString())
                .contains("'--rounds': must be a whole number of at least 1, got \"0\"");
    }

    @Test
    void aFolderIsNoFile() {
        assertThat(run("gguf", "show", folder)).isEqualTo(1);
        assertThat(err.toString()).contains("\"" + folder + "\": is no regular file");
    }

    @Test
    void fetchingNamesPlatformsAndTheFallback() throws IOException {
        assertThat(run("natives", "fetch", "--platform", "plan9")).isEqualTo(2);
        assertThat(err.toString())
                .contains("--platform must be one of linux-x64, ", "got \"plan9\"");
        Path archive = Files.writeString(folder.resolve("a.tgz"), "no archive");
        Path home = folder.resolve("home");
        assertThat(
                        run(
                                "natives",
                                "fetch",
                                "--platform",
                                "mac-arm64",
                                "--home",
                                home,
                                "--archive",
                                archive))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains(
                        "the archive of @node-llama-cpp/mac-arm64-metal@3.21.1 has the digest",
                        "--archive FILE",
                        "LORAMILL_LLAMA_NATIVES=classpath");
        assertThat(home.resolve("natives/mac-arm64")).doesNotExist();
    }

    @Test
    void standardInputMustBeUtf8() throws IOException {
        assertThat(StandardInput.decode("wörld".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("wörld");
        byte[] broken = {'a', 'b', (byte) 0xff, 'c'};
        assertThatThrownBy(() -> StandardInput.decode(broken))
                .hasMessage("standard input must be UTF-8; byte 0xff at offset 2 is not");
        byte[] cutOff = {'a', (byte) 0xc3};
        assertThatThrownBy(() -> StandardInput.decode(cutOff))
                .hasMessage("standard input must be UTF-8; byte 0xc3 at offset 1 is not");
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
