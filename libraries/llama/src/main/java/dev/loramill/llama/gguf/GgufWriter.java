package dev.loramill.llama.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Writes a GGUF file (version 3, alignment 32): first collect metadata and tensors, then {@link
 * #write}. Not safe for use by several threads.
 */
public final class GgufWriter {
    private static final int ALIGNMENT = GgufHeaderReader.DEFAULT_ALIGNMENT;
    private static final long PIECE_BYTES = 1 << 20;

    private record Pending(GgufTensor tensor, Supplier<MemorySegment> contents) {}

    private final Map<String, GgufValue> metadata = new LinkedHashMap<>();
    private final Map<String, Pending> tensors = new LinkedHashMap<>();
    private long contentsSize;

    /**
     * Adds a metadata entry, or replaces the one of the same key.
     *
     * @throws IllegalArgumentException if the key is empty or asks for another alignment than 32
     */
    public GgufWriter put(String key, GgufValue value) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("a metadata key must not be empty");
        }
        if (key.equals(GgufHeaderReader.ALIGNMENT_KEY) && !value.equals(GgufValue.uint32(32))) {
            throw new IllegalArgumentException(
                    "metadata \"" + key + "\" must be 32, got " + GgufMetadata.describe(value));
        }
        metadata.put(key, value);
        return this;
    }

    /**
     * Adds a tensor whose contents are fetched while writing, so that only one tensor's contents
     * need to be in memory at a time.
     *
     * @param dimensions 1 to 4 sizes, the fastest-moving first
     * @throws IllegalArgumentException if the name is taken or too long, or the sizes do not fit
     */
    public GgufWriter addTensor(
            String name, GgmlType type, List<Long> dimensions, Supplier<MemorySegment> contents) {
        int nameBytes = name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (nameBytes < 1 || nameBytes > GgufHeaderReader.MAX_TENSOR_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "tensor name \"" + name + "\" must have 1 to 63 bytes, got " + nameBytes);
        }
        GgufTensor tensor = new GgufTensor(name, type, dimensions, contentsSize);
        if (tensors.putIfAbsent(name, new Pending(tensor, contents)) != null) {
            throw new IllegalArgumentException("tensor \"" + name + "\" was already added");
        }
        contentsSize = Math.addExact(contentsSize, padded(tensor.byteSize()));
        return this;
    }

    /**
     * Adds a tensor with contents that are in memory and stay unchanged until the file is written.
     */
    public GgufWriter addTensor(
            String name, GgmlType type, List<Long> dimensions, MemorySegment contents) {
        return addTensor(name, type, dimensions, () -> contents);
    }

    /**
     * Writes the file; it appears under its name only when it is complete and on the disk, and
     * replaces an older one.
     *
     * @throws IOException if writing fails; then nothing new lies there
     * @throws IllegalStateException if a tensor's contents have another size than announced
     */
    public void write(Path path) throws IOException {
        Path target = path.toAbsolutePath();
        Path folder = java.util.Objects.requireNonNull(target.getParent(), "a file has a folder");
        Files.createDirectories(folder);
        Path temporary = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID());
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel parent = FileChannel.open(folder, StandardOpenOption.READ)) {
                parent.force(true);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private void writeTo(FileChannel channel) throws IOException {
        GgufHeaderBytes header = new GgufHeaderBytes();
        List<GgufTensor> described = new ArrayList<>();
        tensors.values().forEach(pending -> described.add(pending.tensor()));
        header.header(metadata, described);
        header.padTo(ALIGNMENT);
        writeAll(channel, ByteBuffer.wrap(header.toByteArray()));
        for (Pending pending : tensors.values()) {
            MemorySegment contents = pending.contents().get();
            long expected = pending.tensor().byteSize();
            if (contents.byteSize() != expected) {
                throw new IllegalStateException(
                        "contents of tensor \""
                                + pending.tensor().name()
                                + "\" must have "
                                + expected
                                + " bytes, got "
                                + contents.byteSize());
            }
            writeAll(channel, contents);
            writeAll(channel, ByteBuffer.allocate((int) (padded(expected) - expected)));
        }
    }

    private static long padded(long size) {
        return Math.multiplyExact(Math.ceilDiv(size, (long) ALIGNMENT), (long) ALIGNMENT);
    }

    /** By way of a buffer, because heap segments of floats cannot be seen as bytes directly. */
    private static void writeAll(FileChannel channel, MemorySegment contents) throws IOException {
        long size = contents.byteSize();
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, size));
        for (long start = 0; start < size; start += PIECE_BYTES) {
            piece.clear().limit((int) Math.min(PIECE_BYTES, size - start));
            MemorySegment.ofBuffer(piece).copyFrom(contents.asSlice(start, piece.limit()));
            writeAll(channel, piece);
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
