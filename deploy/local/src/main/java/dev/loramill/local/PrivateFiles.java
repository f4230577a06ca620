package dev.loramill.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Directories and files that only their owner, and root, may read. */
public final class PrivateFiles {
    private static final Set<PosixFilePermission> OF_OTHERS =
            PosixFilePermissions.fromString("---rwxrwx");
    private static final Set<PosixFilePermission> DIRECTORY =
            PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<?> NEW_DIRECTORY =
            PosixFilePermissions.asFileAttribute(DIRECTORY);
    private static final FileAttribute<?> NEW_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private PrivateFiles() {}

    /** Makes a directory with those that it lies in; one that is there is closed to others. */
    public static void directory(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            Files.setPosixFilePermissions(directory, DIRECTORY);
        } else {
            Files.createDirectories(directory, NEW_DIRECTORY);
        }
    }

    /** Makes an empty file; one that is there stays as it is. */
    public static void create(Path file) throws IOException {
        try {
            Files.createFile(file, NEW_FILE);
        } catch (FileAlreadyExistsException e) {
            // As wished.
        }
    }

    /** Writes a file that was never readable by others, in place of one of the same name. */
    public static void write(Path file, String text) throws IOException {
        Path made =
                Files.createTempFile(
                        Objects.requireNonNull(file.toAbsolutePath().getParent()),
                        file.getFileName() + ".",
                        ".tmp",
                        NEW_FILE);
        Files.write(made, text.getBytes(StandardCharsets.UTF_8));
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whether other accounts may use a file or directory in any way. */
    public static boolean isOpen(Path file) throws IOException {
        Set<PosixFilePermission> found = EnumSet.copyOf(OF_OTHERS);
        found.retainAll(Files.getPosixFilePermissions(file));
        return !found.isEmpty();
    }

    /**
     * Takes all rights on a directory, and on everything in it, from other accounts. Symbolic links
     * are not followed; what vanishes meanwhile is passed over.
     */
    public static void close(Path directory) throws IOException {
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path visited, BasicFileAttributes attributes) throws IOException {
                        closeOne(visited);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (!attributes.isSymbolicLink()) {
                            closeOne(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure)
                            throws IOException {
                        if (failure instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw failure;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @Nullable IOException failure) throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static void closeOne(Path file) throws IOException {
        try {
            PosixFileAttributeView view =
                    Objects.requireNonNull(
                            Files.getFileAttributeView(file, PosixFileAttributeView.class));
            Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
            permissions.addAll(view.readAttributes().permissions());
            if (permissions.removeAll(OF_OTHERS)) {
                view.setPermissions(permissions);
            }
        } catch (NoSuchFileException e) {
            // A temporary file of a build or a command.
        }
    }
}
