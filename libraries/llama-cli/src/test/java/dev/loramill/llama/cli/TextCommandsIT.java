package dev.loramill.llama.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.llama.natives.Platform;
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

class TextCommandsIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private String base;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeBase() throws IOException {
        base = TinyLlama.standard().write(folder.resolve("base.gguf")).toString();
    }

    private int run(String... arguments) {
        return LlamaCommand.run(
                new PrintWriter(out, true), new PrintWriter(err, true), List.of(arguments));
    }

    private String chat(String json) throws IOException {
        return Files.writeString(folder.resolve("chat.jsonl"), json).toString();
    }

    @Test
    void printsTheTokensOfAText() {
        assertThat(run("tokenize", "--base", base, "--special", "Hi<|im_end|>")).isZero();
        assertThat(out.toString())
                .contains("\"H\"")
                .contains("2  \"<|im_end|>\"  control")
                .contains("12 characters, 12 bytes; tokenizer ");
    }

    @Test
    void printsIdsAloneAndReadsNoControlTokensByDefault() {
        assertThat(run("tokenize", "--base", base, "--ids", "<|im_end|>")).isZero();
        assertThat(out.toString()).startsWith("[").doesNotContain("[2]");
    }

    @Test
    void saysWhichLibraryIsUsed() {
        assertThat(run("natives", "show")).isZero();
        assertThat(out.toString())
                .contains("library   ", "source    ", "platform  " + Platform.current().label());
    }

    @Test
    void marksWhatIsLearnt() throws IOException {
        String chat =
                chat(
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},"
                                + "{\"role\":\"assistant\",\"content\":\"Ho\"}]}\n\n"
                                + "[{\"role\":\"user\",\"content\":\"Again\"}]\n");
        assertThat(run("render", "--base", base, chat)).isZero();
        assertThat(out.toString())
                .contains("<|im_start|>assistant\n⟦Ho<|im_end|>⟧\n")
                .contains("-- line 3: ")
                .contains("date 2024-07-26, end of turn 2, beginnings 0");
    }

    @Test
    void rendersPromptsAsServingDoes() throws IOException {
        String chat = chat("[{\"role\":\"user\",\"content\":\"Hi\"}]");
        assertThat(run("render", "--base", base, "--prompt", chat)).isZero();
        assertThat(out.toString())
                .startsWith("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void namesTheLineThatIsNoChat() throws IOException {
        String chat = chat("[{\"role\":\"user\",\"content\":\"Hi\"}]\n{\"messages\": 7}\n");
        assertThat(run("render", "--base", base, chat)).isEqualTo(1);
        assertThat(err.toString())
                .contains("line 2: a chat must be a JSON object with a list \"messages\"");
        assertThat(run("render", "--base", base, chat("{"))).isEqualTo(1);
        assertThat(run("tokenize", "text without a base")).isEqualTo(2);
    }

    @Test
    void keepsAdaptersApartFromTheBaseUnderStress() {
        assertThat(run("stress", "adapters", "--cycles", "40", "--no-native")).isZero();
        assertThat(out.toString().lines().toList().getLast())
                .contains("\"wrong_after_detach\":0")
                .contains("\"wrong_beside\":0")
                .contains("\"ok\":true");
    }
}
