package dev.loramill.llama.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraAdapterFileTest {
    private static final LoraAdapterFile.Pair PAIR =
            LoraAdapterFile.Pair.of(
                    "blk.0.attn_q.weight",
                    3,
                    4,
                    2,
                    new float[] {1, 2, 3, 4, 5, 6},
                    new float[] {1, 2, 3, 4, 5, 6, 7, 8});

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void writesTheShapesAndKeysThatLlamaCppReads() throws IOException {
        Path path = folder.resolve("a.gguf");
        new LoraAdapterFile(
                        "llama",
                        32,
                        List.of(PAIR),
                        Map.of("loramill.base.sha256", GgufValue.text("abc")))
                .write(path);
        try (GgufFile file = GgufFile.open(path)) {
            GgufMetadata metadata = file.metadata();
            assertThat(metadata.string("general.type")).isEqualTo("adapter");
            assertThat(metadata.string("general.architecture")).isEqualTo("llama");
            assertThat(metadata.string("adapter.type")).isEqualTo("lora");
            assertThat(metadata.find("adapter.lora.alpha")).contains(GgufValue.float32(32));
            assertThat(metadata.string("loramill.base.sha256")).isEqualTo("abc");
            GgufTensor a = file.tensor("blk.0.attn_q.weight.lora_a");
            GgufTensor b = file.tensor("blk.0.attn_q.weight.lora_b");
            assertThat(a.dimensions()).containsExactly(3L, 2L);
            assertThat(b.dimensions()).containsExactly(2L, 4L);
            assertThat(file.data(b).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                    .containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        }
    }

    @Test
    void metadataCannotChangeWhatTheFileIs() throws IOException {
        Path path = folder.resolve("a.gguf");
        new LoraAdapterFile(
                        "llama",
                        32,
                        List.of(PAIR),
                        Map.of("adapter.lora.alpha", GgufValue.uint32(1)))
                .write(path);
        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.metadata().find("adapter.lora.alpha")).contains(GgufValue.float32(32));
        }
    }

    @Test
    void refusesWhatNoServerCouldUse() {
        assertThatThrownBy(() -> new LoraAdapterFile("llama", 0, List.of(PAIR), Map.of()))
                .hasMessageContaining("alpha must be finite and above 0, got 0");
        assertThatThrownBy(() -> new LoraAdapterFile("llama", 1, List.of(), Map.of()))
                .hasMessageContaining("at least one pair");
        assertThatThrownBy(() -> LoraAdapterFile.Pair.of("w", 3, 4, 2, new float[5], new float[8]))
                .hasMessageContaining("\"w.lora_a\" must have 6 floats, got 20 bytes");
    }
}
