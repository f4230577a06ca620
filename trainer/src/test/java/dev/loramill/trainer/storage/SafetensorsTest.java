package dev.loramill.trainer.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.trainer.storage.Safetensors.Floats;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    @TempDir Path directory;

    @Test
    void givesBackWhatWasWritten() throws IOException {
        Path file = directory.resolve("a.safetensors");
        Floats tensor =
                new Floats(List.of(2L, 3L), MemorySegment.ofArray(new float[] {1, 2, 3, 4, 5, 6}));

        Safetensors.write(file, Map.of("k", "v"), Map.of("t", tensor));

        try (Arena arena = Arena.ofConfined()) {
            Safetensors.Contents contents = Safetensors.read(file, arena);
            assertThat(contents.metadata()).containsExactly(Map.entry("k", "v"));
            assertThat(Objects.requireNonNull(contents.tensors().get("t")).shape())
                    .containsExactly(2L, 3L);
            assertThat(
                            Objects.requireNonNull(contents.tensors().get("t"))
                                    .data()
                                    .toArray(ValueLayout.JAVA_FLOAT))
                    .containsExactly(1, 2, 3, 4, 5, 6);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                "{\"t\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4096]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,3],\"data_offsets\":[0,8]}}",
                "{\"t\":7}",
                "{}",
                "not JSON"
            })
    void refusesHeadersThatDoNotFitTheContents(String header) throws IOException {
        Path file = directory.resolve("bad.safetensors");
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        Files.write(file, bytes.array());

        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> Safetensors.read(file, arena))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is not a sound safetensors file");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1L << 40, Long.MAX_VALUE})
    void refusesHeaderLengthsOutsideTheFile(long length) throws IOException {
        Path file = directory.resolve("bad.safetensors");
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        Files.write(file, bytes.array());

        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> Safetensors.read(file, arena)).hasMessageContaining("header");
        }
    }
}
