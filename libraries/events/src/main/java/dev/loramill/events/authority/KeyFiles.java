package dev.loramill.events.authority;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/** Files that hold keys and secrets. */
final class KeyFiles {
    private static final FileAttribute<?> OWN_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> OWN_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** More than any key has. */
    private static final int MOST_BYTES = 64 << 10;

    private KeyFiles() {}

    /** The text of a file. */
    static String read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("\"%s\" is not there or no file".formatted(file));
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(
                    "\"%s\" must have at most %,d bytes, got %,d"
                            .formatted(file, MOST_BYTES, Files.size(file)));
        }
        // Any byte is a character there: what is no key is refused as such, not as no UTF-8.
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /**
     * Makes a file that only its owner may read, whole or not at all. One that is there, or that
     * another process makes at the same moment, stays as it is.
     */
    static void make(Path file, String text) throws IOException {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, OWN_DIRECTORY);
        }
        Path made = write(directory, file, text);
        try {
            Files.createLink(file, made);
        } catch (FileAlreadyExistsException e) {
            // As wished.
        } catch (UnsupportedOperationException | FileSystemException e) {
            // A file system without links cannot tell who was first.
            if (!Files.exists(file)) {
                Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
            }
        } finally {
            Files.deleteIfExists(made);
        }
    }

    /** Writes a file that only its owner may read, in place of one of the same name. */
    static void replace(Path file, String text) throws IOException {
        Path made = write(Objects.requireNonNull(file.toAbsolutePath().getParent()), file, text);
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path write(Path directory, Path file, String text) throws IOException {
        Path made = Files.createTempFile(directory, file.getFileName() + ".", ".tmp", OWN_FILE);
        Files.writeString(made, text, StandardCharsets.ISO_8859_1);
        return made;
    }
}
