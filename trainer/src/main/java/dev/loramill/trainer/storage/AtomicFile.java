package dev.loramill.trainer.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files that appear under their name only when they are complete and on the disk. */
public final class AtomicFile {
    private AtomicFile() {}

    /** Writes the contents. */
    @FunctionalInterface
    public interface Contents {
        /** Writes everything to the channel. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Writes a file, replacing one of the same name.
     *
     * @throws IOException if writing fails; then nothing new lies there
     */
    public static void write(Path path, Contents contents) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory == null) {
            throw new IOException("\"" + path + "\" is no file's name");
        }
        Files.createDirectories(directory);
        Path temporary =
                directory.resolve(
                        "." + absolute.getFileName() + "." + ProcessHandle.current().pid());
        boolean isDone = false;
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            temporary,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                contents.writeTo(channel);
                channel.force(true);
            }
            Files.move(
                    temporary,
                    absolute,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            isDone = true;
        } finally {
            if (!isDone) {
                Files.deleteIfExists(temporary);
            }
        }
        try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /** Writes a text as UTF-8. */
    public static void write(Path path, String text) throws IOException {
        write(
                path,
                channel ->
                        writeFully(
                                channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
