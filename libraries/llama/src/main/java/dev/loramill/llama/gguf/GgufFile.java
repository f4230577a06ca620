package dev.loramill.llama.gguf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/**
 * A GGUF file (version 3, little-endian), mapped read-only.
 *
 * <p>Reading is safe from any number of threads. Metadata stay readable after {@link #close()};
 * contents do not: {@link #data} then throws {@link IllegalStateException}, and so does any use of
 * a segment taken before. The file must not be shortened while it is open.
 */
public final class GgufFile implements AutoCloseable {
    private final Path path;
    private final Arena arena;
    private final MemorySegment bytes;
    private final GgufHeader header;
    private final Map<String, GgufTensor> tensors;

    private GgufFile(Path path, Arena arena, MemorySegment bytes, GgufHeader header) {
        this.path = path;
        this.arena = arena;
        this.bytes = bytes;
        this.header = header;
        this.tensors = Collections.unmodifiableMap(header.tensors());
    }

    /**
     * Maps a file and reads its header within the bounds of {@link GgufLimits#MODEL}.
     *
     * @throws InvalidGgufException if the header breaks the format or a bound
     * @throws IOException if the file cannot be read
     */
    public static GgufFile open(Path path) throws IOException {
        return open(path, GgufLimits.MODEL);
    }

    /**
     * Maps a file and reads its header within the given bounds.
     *
     * @throws InvalidGgufException if the header breaks the format or a bound
     * @throws IOException if the file cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // the file that is returned owns the arena
    public static GgufFile open(Path path, GgufLimits limits) throws IOException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new FileSystemException(path.toString(), null, "is no regular file");
        }
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment bytes =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            GgufHeader header = new GgufHeaderReader(bytes, limits).read();
            opened = true;
            return new GgufFile(path, arena, bytes, header);
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    /** Where the file lies. */
    public Path path() {
        return path;
    }

    /** Bytes of the whole file. */
    public long sizeBytes() {
        return bytes.byteSize();
    }

    /** The version of the format. */
    public int version() {
        return header.version();
    }

    /** The boundary in bytes that contents start at. */
    public int alignment() {
        return header.alignment();
    }

    /** Byte offset of the first contents. */
    public long contentsOffset() {
        return header.contentsOffset();
    }

    /** The key-value pairs. */
    public GgufMetadata metadata() {
        return header.metadata();
    }

    /** All tensors, in file order. */
    public Collection<GgufTensor> tensors() {
        return tensors.values();
    }

    /** The tensor of a name, if there is one. */
    public Optional<GgufTensor> findTensor(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * The tensor of a name.
     *
     * @throws InvalidGgufException if there is none
     */
    public GgufTensor tensor(String name) {
        return findTensor(name)
                .orElseThrow(() ->
                        new InvalidGgufException(
                                "tensor \"" + name + "\"", -1, "nothing", "present"));
    }

    /**
     * The contents of a tensor: a read-only view of the mapped file, valid until {@link #close()}.
     *
     * @throws IllegalArgumentException if the tensor is not one of this file
     * @throws IllegalStateException if the file is closed
     */
    public MemorySegment data(GgufTensor tensor) {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("GgufFile \"" + path + "\" is closed");
        }
        if (!tensor.equals(tensors.get(tensor.name()))) {
            throw new IllegalArgumentException(
                    "tensor \"" + tensor.name() + "\" is not one of \"" + path + "\"");
        }
        return bytes.asSlice(tensor.offset(), tensor.byteSize());
    }

    /** Unmaps the file; a second call does nothing. */
    @Override
    public void close() {
        synchronized (arena) {
            if (arena.scope().isAlive()) {
                arena.close();
            }
        }
    }
}
