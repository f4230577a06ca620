package dev.loramill.llama.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufWriterTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void leavesNothingBehindWhenContentsFail() throws IOException {
        Path path = folder.resolve("a.gguf");
        Files.writeString(path, "older");
        GgufWriter writer =
                new GgufWriter()
                        .addTensor(
                                "a",
                                GgmlType.F32,
                                List.of(2L),
                                () -> {
                                    throw new IllegalArgumentException("no contents");
                                });
        assertThatThrownBy(() -> writer.write(path)).hasMessage("no contents");
        assertThat(Files.readString(path)).isEqualTo("older");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void refusesContentsOfAnotherSizeThanAnnounced() {
        GgufWriter writer =
                new GgufWriter()
                        .addTensor(
                                "a",
                                GgmlType.F32,
                                List.of(2L),
                                MemorySegment.ofArray(new float[3]));
        assertThatThrownBy(() -> writer.write(folder.resolve("a.gguf")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"a\" must have 8 bytes, got 12");
    }

    @Test
    void refusesNamesThatReadersRefuse() {
        MemorySegment one = MemorySegment.ofArray(new float[1]);
        GgufWriter writer = new GgufWriter().addTensor("a", GgmlType.F32, List.of(1L), one);
        assertThatThrownBy(() -> writer.addTensor("a", GgmlType.F32, List.of(1L), one))
                .hasMessageContaining("\"a\" was already added");
        assertThatThrownBy(() -> writer.addTensor("x".repeat(64), GgmlType.F32, List.of(1L), one))
                .hasMessageContaining("1 to 63 bytes, got 64");
        assertThatThrownBy(() -> writer.put("", GgufValue.uint32(1)))
                .hasMessageContaining("must not be empty");
        assertThatThrownBy(() -> writer.put("general.alignment", GgufValue.uint32(64)))
                .hasMessageContaining("must be 32, got 64");
    }

    @Test
    void writesContentsLargerThanItsBuffer() throws IOException {
        float[] values = new float[700_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Path path = folder.resolve("a.gguf");
        new GgufWriter()
                .addTensor(
                        "a",
                        GgmlType.F32,
                        List.of((long) values.length),
                        MemorySegment.ofArray(values))
                .write(path);
        try (GgufFile file = GgufFile.open(path)) {
            MemorySegment contents = file.data(file.tensor("a"));
            assertThat(contents.mismatch(MemorySegment.ofArray(values))).isEqualTo(-1);
        }
    }
}
