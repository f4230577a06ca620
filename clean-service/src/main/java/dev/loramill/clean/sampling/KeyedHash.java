package dev.loramill.clean.sampling;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Draws by content instead of by place: HMAC-SHA-256 of a digest under the purpose and the seed. So
 * the same seed draws the same rows whatever their order or the machine. Not for several threads.
 */
final class KeyedHash {
    private static final String ALGORITHM = "HmacSHA256";
    private static final double TWO_TO_53 = 0x1p53;

    private final Mac mac;

    /**
     * Makes the hash of one purpose.
     *
     * @param purpose what is drawn, such as {@code sample}
     * @param seed seed of the draw
     */
    KeyedHash(String purpose, long seed) {
        try {
            mac = Mac.getInstance(ALGORITHM);
            byte[] key = (purpose + ":" + seed).getBytes(StandardCharsets.UTF_8);
            mac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("this JDK has no " + ALGORITHM, e);
        }
    }

    /** The first 64 bits of the hash, to be compared as unsigned. */
    long rank(byte[] content) {
        return ByteBuffer.wrap(mac.doFinal(content)).getLong();
    }

    /** A rank as a number in [0, 1). */
    static double fraction(long rank) {
        return (rank >>> 11) / TWO_TO_53;
    }
}
