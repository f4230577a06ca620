package dev.loramill.local.launch;

import dev.loramill.local.PrivateFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** A log file that is appended to, and set aside at a start when it has grown large. */
public final class LogFile {
    private static final long LARGE_BYTES = 10L << 20;
    private static final int TAIL_BYTES = 256 << 10;

    private LogFile() {}

    /** Makes directory and file, and sets a large file aside as {@code NAME.log.1}. */
    static void prepare(Path log) throws IOException {
        Path parent = log.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            PrivateFiles.directory(parent);
        }
        if (Files.exists(log) && Files.size(log) > LARGE_BYTES) {
            Files.move(
                    log,
                    log.resolveSibling(log.getFileName() + ".1"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        PrivateFiles.create(log);
    }

    /** Last lines of a log; none when there is no such file. */
    public static List<String> lastLines(Path log, int count) throws IOException {
        return lastLines(log, 0, count);
    }

    /** Last lines of what was written to a log from an offset on. */
    static List<String> lastLines(Path log, long fromByte, int count) throws IOException {
        if (!Files.exists(log)) {
            return List.of();
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long start = Math.max(fromByte, file.length() - TAIL_BYTES);
            byte[] bytes = new byte[(int) Math.max(0, file.length() - start)];
            file.seek(start);
            file.readFully(bytes);
            List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return lines.subList(Math.max(0, lines.size() - count), lines.size());
        }
    }

    static long sizeBytes(Path log) throws IOException {
        return Files.exists(log) ? Files.size(log) : 0;
    }
}
