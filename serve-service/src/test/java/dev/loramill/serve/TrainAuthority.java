package dev.loramill.serve;

import dev.loramill.events.authority.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The key of the train service in tests: one that stands here, so that every process has it. */
public final class TrainAuthority {
    private static final String PRIVATE_KEY =
            """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
            -----END PRIVATE KEY-----
            """;

    private TrainAuthority() {}

    /** The key, which is to sign what the service under test believes. */
    public static SigningKey key() {
        try {
            Path directory = Files.createTempDirectory("authority");
            try {
                return in(directory);
            } finally {
                TinyServing.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts the key into a directory; returns the file of its public half. */
    static Path publicKeyIn(Path directory) throws IOException {
        SigningKey unused = in(directory);
        return SigningKey.publicFile(file(directory));
    }

    private static SigningKey in(Path directory) throws IOException {
        Files.writeString(file(directory), PRIVATE_KEY);
        return SigningKey.in(file(directory));
    }

    private static Path file(Path directory) {
        return directory.resolve("announcements.pem");
    }
}
