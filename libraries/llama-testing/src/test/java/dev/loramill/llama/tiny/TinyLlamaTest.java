package dev.loramill.llama.tiny;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufTensor;
import dev.loramill.llama.quantization.Dequantizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TinyLlamaTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void sameOptionsGiveTheSameBytesOnEveryMachine() throws Exception {
        Path model = TinyLlama.standard().write(folder.resolve("m.gguf"));
        Path adapter =
                TinyAdapter.random(TinyLlama.standard().hyperparameters(), 1)
                        .write(folder.resolve("a.gguf"));
        assertThat(sha256(model))
                .isEqualTo("c3fe078e626463ceadf2d68ce27c57819cdc6cf7b35e85c70670b65d404dbdbb");
        assertThat(sha256(adapter))
                .isEqualTo("1c1bf053d8d5d93e92fdf44c05b818b161d8156464279f304854d688dc88c539");
    }

    private static String sha256(Path path) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(path)));
    }

    @Test
    void anotherSeedGivesOtherWeightsAndTheSameTokenizer() throws IOException {
        Path one = TinyLlama.standard().write(folder.resolve("1.gguf"));
        Path two = TinyLlama.standard().withSeed(7).write(folder.resolve("2.gguf"));
        try (GgufFile first = GgufFile.open(one);
                GgufFile second = GgufFile.open(two)) {
            String name = "blk.0.attn_q.weight";
            assertThat(first.data(first.tensor(name)).mismatch(second.data(second.tensor(name))))
                    .isNotNegative();
            assertThat(first.metadata().strings("tokenizer.ggml.tokens"))
                    .isEqualTo(second.metadata().strings("tokenizer.ggml.tokens"));
        }
    }

    @Test
    void staysWithinAFewHundredKilobytes() throws IOException {
        assertThat(Files.size(TinyLlama.standard().write(folder.resolve("m.gguf"))))
                .isLessThan(500_000);
    }

    @ParameterizedTest
    @EnumSource(
            value = GgmlType.class,
            names = {"F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"})
    void storedWeightsStayCloseToTheirFloats(GgmlType type) throws IOException {
        Path exact = TinyLlama.standard().write(folder.resolve("f32.gguf"));
        Path stored = TinyLlama.standard().withTypes(type, type).write(folder.resolve("q.gguf"));
        double tolerance =
                switch (type) {
                    case F16 -> 0.001;
                    case BF16 -> 0.004;
                    case Q8_0 -> 0.01;
                    case Q5_0, Q5_1 -> 0.06;
                    default -> 0.12;
                };
        try (GgufFile a = GgufFile.open(exact);
                GgufFile b = GgufFile.open(stored)) {
            float[] floats = values(a, "blk.1.ffn_down.weight");
            float[] rounded = values(b, "blk.1.ffn_down.weight");
            assertThat(b.tensor("blk.1.ffn_down.weight").type()).isEqualTo(type);
            double error = 0;
            double square = 0;
            for (int i = 0; i < floats.length; i++) {
                error += Math.pow(floats[i] - rounded[i], 2);
                square += Math.pow(floats[i], 2);
            }
            assertThat(Math.sqrt(error / square)).isBetween(1e-6, tolerance);
        }
    }

    private static float[] values(GgufFile file, String name) {
        GgufTensor tensor = file.tensor(name);
        return Dequantizer.toFloat(tensor.type(), file.data(tensor));
    }

    @Test
    void vocabularyIsCompleteAndEveryJoinIsReachable() throws IOException {
        try (GgufFile file = GgufFile.open(TinyLlama.standard().write(folder.resolve("m.gguf")))) {
            List<String> tokens = file.metadata().strings("tokenizer.ggml.tokens");
            List<String> merges = file.metadata().strings("tokenizer.ggml.merges");
            assertThat(tokens).hasSize(512).doesNotHaveDuplicates();
            assertThat(tokens.subList(0, 3))
                    .containsExactly("<|endoftext|>", "<|im_start|>", "<|im_end|>");
            assertThat(merges).hasSize(512 - 3 - 256);
            Set<String> known = new HashSet<>(tokens.subList(3, 3 + 256));
            for (String merge : merges) {
                int space = merge.indexOf(' ');
                assertThat(known).contains(merge.substring(0, space), merge.substring(space + 1));
                known.add(merge.replace(" ", ""));
            }
            assertThat(known).contains("Ġthe", "Ġblood");
        }
    }

    @Test
    void vocabularyBeyondTheTextIsUnused() throws IOException {
        Path path = folder.resolve("m.gguf");
        TinyLlama.standard().withVocabularySize(9_000).write(path);
        try (GgufFile file = GgufFile.open(path)) {
            List<String> tokens = file.metadata().strings("tokenizer.ggml.tokens");
            assertThat(tokens).hasSize(9_000).doesNotHaveDuplicates();
            assertThat(tokens.getLast()).isEqualTo("<|unused_8999|>");
            assertThat(file.metadata().strings("tokenizer.ggml.merges").size()).isBetween(300, 600);
        }
    }

    @Test
    void refusesOptionsThatNoReaderAccepts() {
        assertThatThrownBy(() -> TinyLlama.standard().withSizes(60, 4, 2, 128))
                .hasMessageContaining("embeddingLength must be a positive multiple of 32, got 60");
        assertThatThrownBy(() -> TinyLlama.standard().withSizes(64, 4, 3, 128))
                .hasMessageContaining("headCount must be a positive multiple of 3, got 4");
        assertThatThrownBy(() -> TinyLlama.standard().withArchitecture("gpt2"))
                .hasMessageContaining("got \"gpt2\"");
        assertThatThrownBy(() ->
                        TinyLlama.standard()
                                .withVocabularySize(100)
                                .write(folder.resolve("m.gguf")))
                .hasMessageContaining("at least 259, got 100");
    }
}
