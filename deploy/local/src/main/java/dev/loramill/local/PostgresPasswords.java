package dev.loramill.local;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Random passwords of the roles of one database server, in a file that only its owner may read. It
 * has libpq's format, so {@code psql} finds them there by {@code PGPASSFILE}.
 */
public final class PostgresPasswords {
    private static final int SECRET_BITS = 160;
    private static final String LINE = "*:*:*:%s:%s%n";
    private static final int ROLE = 3;
    private static final int PASSWORD = 4;
    private static final int FIELDS = 5;

    private final Path file;
    private final Map<String, String> passwords = new LinkedHashMap<>();

    private PostgresPasswords(Path file) {
        this.file = file;
    }

    /**
     * The passwords in a file, which need not be there.
     *
     * @throws IOException when it cannot be read
     */
    public static PostgresPasswords in(Path file) throws IOException {
        PostgresPasswords read = new PostgresPasswords(file.toAbsolutePath());
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                String[] fields = line.split(":", FIELDS);
                if (fields.length == FIELDS) {
                    read.passwords.put(fields[ROLE], fields[PASSWORD]);
                }
            }
        }
        return read;
    }

    /** Whether a role has one already. */
    synchronized boolean has(String role) {
        return passwords.containsKey(role);
    }

    /**
     * Password of a role; made and written when it has none.
     *
     * @throws IOException when it cannot be written
     */
    public synchronized String of(String role) throws IOException {
        if (!has(role)) {
            passwords.put(
                    role,
                    new BigInteger(SECRET_BITS, new SecureRandom()).toString(Character.MAX_RADIX));
            Path directory = Objects.requireNonNull(file.getParent());
            if (!Files.isDirectory(directory)) {
                PrivateFiles.directory(directory);
            }
            PrivateFiles.write(
                    file,
                    passwords.entrySet().stream()
                            .map(login -> LINE.formatted(login.getKey(), login.getValue()))
                            .collect(Collectors.joining()));
        }
        return Objects.requireNonNull(passwords.get(role));
    }
}
