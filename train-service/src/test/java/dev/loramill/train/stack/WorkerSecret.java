package dev.loramill.train.stack;

import dev.loramill.events.authority.SharedSecret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The secret of the workers in tests: one that stands here, so that every process has it. */
public final class WorkerSecret {
    private static final String SECRET = "secret-of-all-workers-in-tests-of-train-service";

    private WorkerSecret() {}

    /** What registered workers sign with. */
    public static SharedSecret get() {
        try {
            Path directory = Files.createTempDirectory("authority");
            Path file = in(directory);
            try {
                return SharedSecret.in(file);
            } finally {
                Files.delete(file);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts it into a directory. */
    static Path in(Path directory) throws IOException {
        return Files.writeString(directory.resolve("worker-secret"), SECRET);
    }
}
