package dev.loramill.events;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** The identity of a row: SHA-256 over its messages. */
public final class RowDigests {
    private RowDigests() {}

    /**
     * Digest of a conversation: for each message the role and the content in UTF-8, each preceded
     * by its length in bytes as a big-endian 32-bit number.
     *
     * @return 64 lower-case hexadecimal digits
     */
    public static String of(List<ChatMessage> messages) {
        MessageDigest sha256 = Sha256.digest();
        for (ChatMessage message : messages) {
            update(sha256, message.role());
            update(sha256, message.content());
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static void update(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = bytes.length;
        digest.update((byte) (length >>> 24));
        digest.update((byte) (length >>> 16));
        digest.update((byte) (length >>> 8));
        digest.update((byte) length);
        digest.update(bytes);
    }
}
