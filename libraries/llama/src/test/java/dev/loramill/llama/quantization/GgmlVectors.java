package dev.loramill.llama.quantization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.llama.gguf.GgmlType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * Blocks and what ggml makes of them, committed so that the comparison needs no native library.
 *
 * <p>{@link #main} writes them anew with the newest library that is there.
 */
final class GgmlVectors {
    private static final String RESOURCE = "ggml-vectors.jsonl";

    /** One type's blocks with ggml's floats. */
    record Vector(GgmlType type, byte[] blocks, float[] floats) {}

    private GgmlVectors() {}

    static List<Vector> read() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(GgmlVectors.class.getResourceAsStream(RESOURCE))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            ObjectMapper mapper = new ObjectMapper();
            return text.lines().map(line -> parse(mapper, line)).toList();
        }
    }

    private static Vector parse(ObjectMapper mapper, String line) {
        try {
            JsonNode row = mapper.readTree(line);
            ByteBuffer floats =
                    ByteBuffer.wrap(HexFormat.of().parseHex(row.path("floats").asText()))
                            .order(ByteOrder.LITTLE_ENDIAN);
            float[] values = new float[floats.capacity() / 4];
            floats.asFloatBuffer().get(values);
            return new Vector(
                    GgmlType.valueOf(row.path("type").asText()),
                    HexFormat.of().parseHex(row.path("blocks").asText()),
                    values);
        } catch (IOException e) {
            throw new IllegalStateException(line, e);
        }
    }

    /** Argument: the resource file to write. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("ggml");
        NativeGgml ggml = NativeGgml.all(folder).getLast();
        StringBuilder lines = new StringBuilder();
        for (GgmlType type : RandomBlocks.QUANTIZED) {
            int blocks = type.blockSize() == 32 ? 8 : 2;
            byte[] bytes = RandomBlocks.of(type, blocks, new Random(1_000 + type.id()));
            float[] values = ggml.dequantize(type, bytes);
            ByteBuffer floats =
                    ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
            floats.asFloatBuffer().put(values);
            HexFormat hex = HexFormat.of();
            lines.append(
                    "{\"type\":\"%s\",\"blocks\":\"%s\",\"floats\":\"%s\"}\n"
                            .formatted(type, hex.formatHex(bytes), hex.formatHex(floats.array())));
        }
        Files.writeString(Path.of(arguments[0]), lines);
    }
}
