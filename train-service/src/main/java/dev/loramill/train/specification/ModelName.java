package dev.loramill.train.specification;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Names under which clients ask for adapters. */
public final class ModelName {
    private static final int HASH_DIGITS = 8;

    private ModelName() {}

    /**
     * Name of the model that a job trains, such as {@code ft:smollm2:loramill:medical:1a2b3c4d}.
     */
    public static String of(String baseId, @Nullable String suffix, String jobId) {
        return "ft:%s:loramill:%s:%s".formatted(baseId, suffix == null ? "" : suffix, hash(jobId));
    }

    /** Name of the model as it was at a step. */
    public static String ofCheckpoint(String model, int step) {
        return model + ":ckpt-step-" + step;
    }

    private static String hash(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of()
                    .formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)))
                    .substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
