package dev.loramill.trainer.storage;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of floats in a file of the safetensors format: the length of a JSON header, the header,
 * then the contents in order without gaps.
 */
public final class Safetensors {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MOST_HEADER_BYTES = 16 << 20;
    private static final int WRITE_AT_ONCE = 1 << 20;
    private static final int LONGEST_REASON = 1_000;

    private Safetensors() {}

    /**
     * A tensor of floats.
     *
     * @param shape sizes, the slowest-moving first
     * @param data little-endian floats
     */
    public record Floats(List<Long> shape, MemorySegment data) {
        /** Checks that shape and contents agree. */
        public Floats {
            shape = List.copyOf(shape);
            long byteSize = Float.BYTES;
            for (long size : shape) {
                if (size < 0) {
                    throw new IllegalArgumentException("a shape must have sizes >= 0, got " + size);
                }
                byteSize = Math.multiplyExact(byteSize, size);
            }
            if (data.byteSize() != byteSize) {
                throw new IllegalArgumentException(
                        "tensor of shape "
                                + shape
                                + " must have "
                                + byteSize
                                + " bytes, got "
                                + data.byteSize());
            }
        }

        /** Number of elements. */
        public long length() {
            return data.byteSize() / Float.BYTES;
        }
    }

    /** A file that was read; its tensors are valid as long as the arena that it was read into. */
    public record Contents(Map<String, String> metadata, Map<String, Floats> tensors) {}

    /** Writes a file; it appears under its name only when it is complete and on the disk. */
    public static void write(Path path, Map<String, String> metadata, Map<String, Floats> tensors)
            throws IOException {
        ObjectNode header = JSON.createObjectNode();
        ObjectNode texts = header.putObject("__metadata__");
        metadata.forEach(texts::put);
        long offset = 0;
        for (Map.Entry<String, Floats> entry : tensors.entrySet()) {
            ObjectNode tensor = header.putObject(entry.getKey());
            tensor.put("dtype", "F32");
            ArrayNode shape = tensor.putArray("shape");
            entry.getValue().shape().forEach(shape::add);
            long end = offset + entry.getValue().data().byteSize();
            tensor.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        int padded = (json.length + 7) / 8 * 8;
        ByteBuffer start = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(padded).put(json);
        while (start.hasRemaining()) {
            start.put((byte) ' ');
        }
        AtomicFile.write(
                path,
                channel -> {
                    AtomicFile.writeFully(channel, start.flip());
                    for (Floats tensor : tensors.values()) {
                        write(channel, tensor.data());
                    }
                });
    }

    private static void write(FileChannel channel, MemorySegment data) throws IOException {
        for (long at = 0; at < data.byteSize(); at += WRITE_AT_ONCE) {
            long count = Math.min(WRITE_AT_ONCE, data.byteSize() - at);
            byte[] part = data.asSlice(at, count).toArray(ValueLayout.JAVA_BYTE);
            AtomicFile.writeFully(channel, ByteBuffer.wrap(part));
        }
    }

    /**
     * Maps a file; contents beyond its bounds, overlapping or of another type are refused.
     *
     * @throws IOException if the file cannot be read or breaks the format
     */
    public static Contents read(Path path, Arena arena) throws IOException {
        MemorySegment bytes;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
        if (bytes.byteSize() < 8) {
            throw broken(path, "it has " + bytes.byteSize() + " bytes, of at least 8");
        }
        long length =
                bytes.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        if (length < 2 || length > MOST_HEADER_BYTES || length > bytes.byteSize() - 8) {
            throw broken(path, "its header says it has " + length + " bytes");
        }
        JsonNode header;
        try {
            byte[] json = bytes.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
            header = JSON.readTree(new String(json, StandardCharsets.UTF_8));
        } catch (JacksonException e) {
            throw broken(path, "its header is not JSON: " + e.getOriginalMessage());
        }
        MemorySegment contents = bytes.asSlice(8 + length);
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, Floats> tensors = new LinkedHashMap<>();
        long expected = 0;
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                entry.getValue()
                        .properties()
                        .forEach(text -> metadata.put(text.getKey(), text.getValue().asText()));
                continue;
            }
            JsonNode tensor = entry.getValue();
            long from = tensor.path("data_offsets").path(0).asLong(-1);
            long to = tensor.path("data_offsets").path(1).asLong(-1);
            if (!tensor.path("dtype").asText().equals("F32")
                    || from != expected
                    || to < from
                    || to > contents.byteSize()) {
                throw broken(path, "tensor \"" + entry.getKey() + "\" is " + tensor);
            }
            tensors.put(entry.getKey(), floats(path, tensor, contents.asSlice(from, to - from)));
            expected = to;
        }
        if (expected != contents.byteSize()) {
            throw broken(
                    path,
                    "its tensors end at " + expected + " of " + contents.byteSize() + " bytes");
        }
        return new Contents(metadata, tensors);
    }

    private static Floats floats(Path path, JsonNode tensor, MemorySegment data)
            throws IOException {
        try {
            List<Long> shape =
                    tensor.path("shape").valueStream().map(size -> size.asLong(-1)).toList();
            return new Floats(shape, data);
        } catch (IllegalArgumentException e) {
            throw broken(path, e.getMessage());
        } catch (ArithmeticException e) {
            throw broken(path, "a shape has more elements than a file can hold");
        }
    }

    /** The reason may quote a header of any length, so it is cut. */
    private static IOException broken(Path path, @Nullable String reason) {
        String text = String.valueOf(reason);
        return new IOException(
                "\""
                        + path
                        + "\" is not a sound safetensors file: "
                        + (text.length() <= LONGEST_REASON
                                ? text
                                : text.substring(0, LONGEST_REASON) + "…"));
    }
}
