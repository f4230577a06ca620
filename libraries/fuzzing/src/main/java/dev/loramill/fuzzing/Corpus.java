package dev.loramill.fuzzing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Inputs that lie in files: in a folder those that others are made of, in {@code found} below it
 * those that failed once.
 */
public final class Corpus {
    private Corpus() {}

    /** The contents of a folder's files, in the order of their names. */
    public static List<byte[]> of(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<byte[]> inputs =
                    files.filter(Files::isRegularFile).sorted().map(Corpus::read).toList();
            if (inputs.isEmpty()) {
                throw new IllegalArgumentException("\"" + folder + "\" holds no inputs");
            }
            return inputs;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Inputs that failed once, each of which is tried as it is. */
    public static List<byte[]> found(Path folder) {
        Path found = folder.resolve("found");
        return Files.isDirectory(found) ? of(found) : List.of();
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
