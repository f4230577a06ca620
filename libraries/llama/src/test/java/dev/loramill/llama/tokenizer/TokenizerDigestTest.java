package dev.loramill.llama.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufValue;
import dev.loramill.llama.gguf.GgufValueType;
import dev.loramill.llama.gguf.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerDigestTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private String digest(Map<String, GgufValue> entries) throws IOException {
        GgufWriter writer = new GgufWriter();
        entries.forEach(writer::put);
        Path path = folder.resolve("x.gguf");
        writer.write(path);
        try (GgufFile file = GgufFile.open(path)) {
            return TokenizerDigest.of(file.metadata());
        }
    }

    private static Map<String, GgufValue> entries() {
        Map<String, GgufValue> entries = new LinkedHashMap<>();
        entries.put("general.name", GgufValue.text("n"));
        entries.put("tokenizer.ggml.model", GgufValue.text("gpt2"));
        entries.put("tokenizer.ggml.tokens", new GgufValue.Texts(List.of("a", "é")));
        entries.put("tokenizer.ggml.add_bos_token", GgufValue.bool(false));
        entries.put("tokenizer.ggml.eos_token_id", GgufValue.uint32(1));
        entries.put(
                "tokenizer.ggml.scores",
                new GgufValue.Reals(GgufValueType.FLOAT32, List.of(0.5, -1.0)));
        entries.put("tokenizer.chat_template", GgufValue.text("t"));
        return entries;
    }

    /** The canonical form is part of the train/serve contract: the same digest for ever. */
    @Test
    void staysTheSameForEver() throws IOException {
        assertThat(digest(entries()))
                .isEqualTo("1bd23330aaf80a89d83ef41a0a23449c4429776b2336a402e4945f98f405c59d");
    }

    @Test
    void doesNotDependOnOrderOrWidthOrWhatIsNoTokenizer() throws IOException {
        Map<String, GgufValue> reversed = new LinkedHashMap<>();
        entries().entrySet().stream()
                .toList()
                .reversed()
                .forEach(entry -> reversed.put(entry.getKey(), entry.getValue()));
        reversed.put("tokenizer.ggml.eos_token_id", new GgufValue.Whole(GgufValueType.INT32, 1));
        reversed.put("general.name", GgufValue.text("other"));
        reversed.put("tokenizer.chat_template", GgufValue.text("other"));
        assertThat(digest(reversed)).isEqualTo(digest(entries()));
    }

    @Test
    void changesWithEveryValue() throws IOException {
        String digest = digest(entries());
        Map<String, GgufValue> other = entries();
        other.put("tokenizer.ggml.tokens", new GgufValue.Texts(List.of("aé", "")));
        assertThat(digest(other)).isNotEqualTo(digest);
        other = entries();
        other.put("tokenizer.ggml.add_bos_token", GgufValue.bool(true));
        assertThat(digest(other)).isNotEqualTo(digest);
        other = entries();
        other.put("tokenizer.ggml.eos_token_id", GgufValue.uint32(2));
        assertThat(digest(other)).isNotEqualTo(digest);
        other = entries();
        other.remove("tokenizer.ggml.scores");
        assertThat(digest(other)).isNotEqualTo(digest);
    }
}
