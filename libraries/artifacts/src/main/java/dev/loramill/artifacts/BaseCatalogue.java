package dev.loramill.artifacts;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The base models that are there, by id, in a JSON file. The file is read at each question, so a
 * base added by another process is seen at once; a missing file is an empty catalogue.
 */
public final class BaseCatalogue {
    private static final Object WRITERS = new Object();
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .build();

    private final Path json;

    private BaseCatalogue(Path json) {
        this.json = json;
    }

    /**
     * Opens the catalogue of a file.
     *
     * @throws IOException when the file is there and is not a catalogue
     */
    public static BaseCatalogue read(Path json) throws IOException {
        load(json);
        return new BaseCatalogue(json);
    }

    /**
     * The base of an id.
     *
     * @throws UncheckedIOException when the file is no longer readable
     */
    public Optional<BaseModel> find(String id) {
        return all().stream().filter(base -> base.id().equals(id)).findFirst();
    }

    /**
     * All bases, in order of their ids.
     *
     * @throws UncheckedIOException when the file is no longer readable
     */
    public List<BaseModel> all() {
        try {
            return load(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Adds a base to a catalogue file, or replaces the one of the same id; the file is replaced as
     * a whole and made where it is missing.
     *
     * @throws IOException when the file is not a catalogue or cannot be written
     */
    public static void add(Path json, BaseModel base) throws IOException {
        Path directory = DurableFiles.parent(json);
        Files.createDirectories(directory);
        Path lockFile = directory.resolve(json.getFileName() + ".lock");
        synchronized (WRITERS) {
            try (FileChannel channel =
                            FileChannel.open(
                                    lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (!lock.isValid()) {
                    throw new IOException("the lock of \"%s\" was lost".formatted(json));
                }
                List<BaseModel> bases = new ArrayList<>(load(json));
                bases.removeIf(other -> other.id().equals(base.id()));
                bases.add(base);
                bases.sort(Comparator.comparing(BaseModel::id));
                write(json, new Document(bases));
            }
        }
    }

    private static List<BaseModel> load(Path json) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(json);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        try {
            return MAPPER.readValue(bytes, Document.class).bases();
        } catch (IOException e) {
            throw new IOException(
                    "\"%s\" is not a catalogue of base models: %s".formatted(json, e.getMessage()),
                    e);
        }
    }

    private static void write(Path json, Document document) throws IOException {
        Path temporary = Files.createTempFile(DurableFiles.parent(json), "bases", ".tmp");
        try {
            byte[] bytes = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(document);
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            DurableFiles.rename(temporary, json);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private record Document(List<BaseModel> bases) {
        Document {
            bases = List.copyOf(bases);
        }
    }
}
