package dev.loramill.artifacts;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Files that are being written. Each is locked by its writer; the lock ends with the writer's
 * process, so an unlocked file is the remainder of a process that died.
 */
final class TemporaryFiles {
    /** Time that a writer has between creating its file and locking it. */
    private static final Duration GRACE = Duration.ofMinutes(1);

    // POSIX drops a process's locks on a file when the process closes any descriptor of it, so a
    // sweep must not even open the files that this process writes.
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path directory;

    TemporaryFiles(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    static void begin(Path file) {
        OWN.add(file.toAbsolutePath());
    }

    static void end(Path file) {
        OWN.remove(file.toAbsolutePath());
    }

    /** Locks a file for as long as the channel is open. */
    static void lock(FileChannel channel) throws IOException {
        FileLock lock = channel.tryLock();
        if (lock == null) {
            throw new IOException("another process holds the lock of a new temporary file");
        }
    }

    /** Deletes what writers that died have left. */
    void sweep(Instant now) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (!OWN.contains(file.toAbsolutePath()) && isAbandoned(file, now)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isAbandoned(Path file, Instant now) throws IOException {
        try {
            if (Files.getLastModifiedTime(file).toInstant().plus(GRACE).isAfter(now)) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                @Nullable FileLock lock = channel.tryLock();
                return lock != null;
            }
        } catch (NoSuchFileException | OverlappingFileLockException e) {
            return false;
        }
    }
}
