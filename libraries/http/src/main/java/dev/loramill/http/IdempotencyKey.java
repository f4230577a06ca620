package dev.loramill.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client calls a request by that it may have to send again, in the header {@code
 * Idempotency-Key}. What is created under a key has an id that follows from the key, so that the
 * same request finds it.
 *
 * @param text 1 to 200 visible ASCII characters
 */
public record IdempotencyKey(String text) {
    /** The header. */
    public static final String HEADER = "Idempotency-Key";

    private static final Pattern ALLOWED = Pattern.compile("[\\x21-\\x7e]{1,200}");
    private static final String ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /**
     * Reads the header.
     *
     * @param header its value; null when the request has none
     * @throws RefusedException when it is no key
     */
    public static Optional<IdempotencyKey> of(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        if (!ALLOWED.matcher(header).matches()) {
            throw RefusedException.invalid(
                    "invalid_value",
                    HEADER,
                    "Idempotency-Key must be 1 to 200 visible ASCII characters, got %d characters"
                            .formatted(header.length()));
        }
        return Optional.of(new IdempotencyKey(header));
    }

    /**
     * The end of an id.
     *
     * @param kind what the id is of: one key stands for something else of each kind
     * @param length hexadecimal digits, at most 64
     */
    public String hexadecimal(String kind, int length) {
        return HexFormat.of().formatHex(digest(kind)).substring(0, length);
    }

    /**
     * The end of an id, in letters and digits.
     *
     * @param length characters, at most 32
     */
    public String alphanumeric(String kind, int length) {
        byte[] digest = digest(kind);
        StringBuilder id = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            id.append(ALPHABET.charAt(Byte.toUnsignedInt(digest[i]) % ALPHABET.length()));
        }
        return id.toString();
    }

    /** The refusal of a request whose key was used for another one. */
    public RefusedException reused(String what) {
        return RefusedException.conflict(
                "idempotency_key_reused",
                HEADER,
                "%s was created by another request under this Idempotency-Key; use a new key for a new request"
                        .formatted(what));
    }

    private byte[] digest(String kind) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest((kind + "\n" + text).getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
