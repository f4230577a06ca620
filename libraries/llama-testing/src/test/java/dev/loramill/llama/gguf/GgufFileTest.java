package dev.loramill.llama.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.llama.tiny.BrokenAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GgufFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private static Map<String, GgufValue> everyKindOfValue() {
        Map<String, GgufValue> values = new LinkedHashMap<>();
        values.put("u8", new GgufValue.Whole(GgufValueType.UINT8, 255));
        values.put("i8", new GgufValue.Whole(GgufValueType.INT8, -128));
        values.put("u16", new GgufValue.Whole(GgufValueType.UINT16, 65_535));
        values.put("i16", new GgufValue.Whole(GgufValueType.INT16, -32_768));
        values.put("u32", new GgufValue.Whole(GgufValueType.UINT32, 4_294_967_295L));
        values.put("i32", new GgufValue.Whole(GgufValueType.INT32, Integer.MIN_VALUE));
        values.put("u64", new GgufValue.Whole(GgufValueType.UINT64, -1));
        values.put("i64", new GgufValue.Whole(GgufValueType.INT64, Long.MIN_VALUE));
        values.put("f32", GgufValue.float32(1.5f));
        values.put("f64", new GgufValue.Real(GgufValueType.FLOAT64, Math.PI));
        values.put("yes", GgufValue.bool(true));
        values.put("no", GgufValue.bool(false));
        values.put("text", GgufValue.text("Größe 😀\n"));
        values.put("texts", new GgufValue.Texts(List.of("a", "", "ü")));
        values.put("flags", new GgufValue.Bools(List.of(true, false)));
        values.put("numbers", new GgufValue.Wholes(GgufValueType.INT32, List.of(-1L, 7L)));
        values.put("scores", new GgufValue.Reals(GgufValueType.FLOAT32, List.of(0.5, -2.0)));
        values.put("none", new GgufValue.Wholes(GgufValueType.UINT8, List.of()));
        return values;
    }

    @Test
    void readsBackEveryKindOfValueInOrder() throws IOException {
        GgufWriter writer = new GgufWriter();
        everyKindOfValue().forEach(writer::put);
        Path path = folder.resolve("values.gguf");
        writer.write(path);
        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.metadata().keys())
                    .containsExactlyElementsOf(everyKindOfValue().keySet());
            everyKindOfValue()
                    .forEach((key, value) ->
                            assertThat(file.metadata().find(key))
                                    .as(key)
                                    .isEqualTo(Optional.of(value)));
        }
    }

    @Test
    void readsBackTensorsAtAlignedOffsets() throws IOException {
        Path path = folder.resolve("tensors.gguf");
        new GgufWriter()
                .addTensor(
                        "a",
                        GgmlType.F32,
                        List.of(3L),
                        MemorySegment.ofArray(new float[] {1, 2, 3}))
                .addTensor(
                        "b", GgmlType.Q8_0, List.of(32L, 2L), MemorySegment.ofArray(new byte[68]))
                .addTensor(
                        "c",
                        GgmlType.F16,
                        List.of(2L, 1L, 3L),
                        MemorySegment.ofArray(new short[] {1, 2, 3, 4, 5, 6}))
                .write(path);
        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.tensors()).extracting(GgufTensor::name).containsExactly("a", "b", "c");
            assertThat(file.tensors())
                    .allSatisfy(tensor -> assertThat(tensor.offset() % 32).isZero());
            assertThat(file.tensor("c").dimensions()).containsExactly(2L, 1L, 3L);
            assertThat(file.data(file.tensor("a")).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                    .containsExactly(1, 2, 3);
            assertThat(file.data(file.tensor("b")).byteSize()).isEqualTo(68);
            assertThat(file.data(file.tensor("c")).toArray(ValueLayout.JAVA_SHORT_UNALIGNED))
                    .containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(file.data(file.tensor("a")).isReadOnly()).isTrue();
        }
    }

    @Test
    void readsFileThatPythonsGgufPackageWrote() throws IOException {
        Path path = folder.resolve("python.gguf");
        try (InputStream in =
                Objects.requireNonNull(getClass().getResourceAsStream("python.gguf"))) {
            Files.copy(in, path);
        }
        try (GgufFile file = GgufFile.open(path)) {
            GgufMetadata metadata = file.metadata();
            assertThat(metadata.string("general.architecture")).isEqualTo("llama");
            assertThat(metadata.string("text")).isEqualTo("Größe 😀");
            assertThat(metadata.integer("number")).isEqualTo(-7);
            assertThat(metadata.real("real")).isEqualTo(0.1f);
            assertThat(metadata.bool("flag")).isTrue();
            assertThat(metadata.strings("words")).containsExactly("one", "two", "");
            assertThat(metadata.integers("ids")).containsExactly(3L, -4L);
            assertThat(metadata.findReals("scores").orElseThrow()).containsExactly(0.5, -1.0);
            GgufTensor matrix = file.tensor("matrix");
            assertThat(matrix.dimensions()).containsExactly(3L, 2L);
            assertThat(file.data(matrix).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                    .containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(file.tensor("half").type()).isEqualTo(GgmlType.F16);
        }
    }

    /** Bytes of a file become numbers of eight bytes: what counts is what they become. */
    @Test
    void refusesValuesThatTakeMoreMemoryTogetherThanIsAllowed() throws IOException {
        GgufLimits limits = new GgufLimits(100, 100, 256, 1 << 20, 1 << 20, 8L << 20, 1L << 20);
        GgufValue bytes =
                new GgufValue.Wholes(
                        GgufValueType.UINT8, java.util.Collections.nCopies(50_000, 1L));
        GgufValue words = new GgufValue.Texts(java.util.Collections.nCopies(6_000, ""));
        for (GgufValue value : java.util.List.of(bytes, words)) {
            Path path = folder.resolve("many.gguf");
            new GgufWriter().put("one", value).put("two", value).write(path);
            try (GgufFile file = GgufFile.open(path, limits)) {
                assertThat(file.metadata().contains("two")).isTrue();
            }
            new GgufWriter().put("one", value).put("two", value).put("three", value).write(path);
            assertThatThrownBy(() -> GgufFile.open(path, limits))
                    .isInstanceOf(InvalidGgufException.class)
                    .hasMessageContaining("\"three\"")
                    .hasMessageContaining("at most 1048576 bytes of memory");
        }
    }

    @Test
    void namesKeyAndTypesWhenAskedForTheWrongType() throws IOException {
        Path path = folder.resolve("values.gguf");
        GgufWriter writer = new GgufWriter();
        everyKindOfValue().forEach(writer::put);
        writer.write(path);
        try (GgufFile file = GgufFile.open(path)) {
            assertThatThrownBy(() -> file.metadata().string("u8"))
                    .isInstanceOf(InvalidGgufException.class)
                    .hasMessageMatching(
                            "GGUF metadata \"u8\" at offset \\d+ must be a string, got 255");
            assertThatThrownBy(() -> file.metadata().integer("u64"))
                    .isInstanceOf(InvalidGgufException.class)
                    .hasMessageContaining("below 2^63, got 18446744073709551615");
            assertThatThrownBy(() -> file.metadata().integer("absent"))
                    .isInstanceOf(InvalidGgufException.class)
                    .hasMessage("GGUF metadata \"absent\" must be a whole number, got nothing");
        }
    }

    @ParameterizedTest
    @EnumSource(BrokenAdapter.class)
    void namesFieldAndOffsetOfWhatBreaksTheFormat(BrokenAdapter broken) throws IOException {
        Path path = broken.write(folder.resolve("a.gguf"), TinyLlama.standard().hyperparameters());
        if (broken.rule().equals("format")) {
            assertThatThrownBy(() -> GgufFile.open(path, GgufLimits.ADAPTER))
                    .isInstanceOfSatisfying(
                            InvalidGgufException.class,
                            e -> {
                                assertThat(e.field()).isNotBlank();
                                assertThat(e.offset()).isNotNegative();
                                assertThat(e.allowed()).isNotBlank();
                            });
        } else {
            GgufFile.open(path, GgufLimits.ADAPTER).close();
        }
    }

    @Test
    void missingFileIsAnInputOutputError() {
        assertThatThrownBy(() -> GgufFile.open(folder.resolve("nothing.gguf")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void contentsAreOutOfReachAfterClose() throws IOException {
        Path path = TinyLlama.standard().write(folder.resolve("t.gguf"));
        GgufFile file = GgufFile.open(path);
        GgufTensor tensor = file.tensor("output_norm.weight");
        MemorySegment taken = file.data(tensor);
        file.close();
        file.close();
        assertThatThrownBy(() -> file.data(tensor))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("GgufFile")
                .hasMessageContaining("is closed");
        assertThatThrownBy(() -> taken.get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
        assertThat(file.metadata().string("general.architecture")).isEqualTo("llama");
    }

    @Test
    void refusesTensorOfAnotherFile() throws IOException {
        Path path = TinyLlama.standard().write(folder.resolve("t.gguf"));
        try (GgufFile file = GgufFile.open(path)) {
            GgufTensor forged =
                    new GgufTensor("output_norm.weight", GgmlType.F32, List.of(1L << 40), 0);
            assertThatThrownBy(() -> file.data(forged))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not one of");
        }
    }
}
