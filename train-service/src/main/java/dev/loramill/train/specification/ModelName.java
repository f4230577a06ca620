package dev.loramill.train.specification;

import org.jspecify.annotations.Nullable;

/** Names under which clients ask for adapters. */
public final class ModelName {
    private static final int HASH_DIGITS = 16;

    private ModelName() {}

    /**
     * Name of the model that a job trains, such as {@code
     * ft:smollm2:loramill:medical:1a2b3c4d5e6f7a8b}.
     */
    public static String of(String baseId, @Nullable String suffix, String jobId) {
        return "ft:%s:loramill:%s:%s"
                .formatted(
                        baseId,
                        suffix == null ? "" : suffix,
                        TextDigest.prefix(jobId, HASH_DIGITS));
    }

    /**
     * The name of a model whose usual one another adapter has.
     *
     * @param adapterId digest of its file
     */
    public static String unlike(String taken, String adapterId) {
        return taken + "-" + adapterId.substring(0, HASH_DIGITS);
    }

    /** Name of the model as it was at a step. */
    public static String ofCheckpoint(String model, int step) {
        return model + ":ckpt-step-" + step;
    }
}
