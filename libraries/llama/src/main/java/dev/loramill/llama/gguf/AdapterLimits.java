package dev.loramill.llama.gguf;

/**
 * Upper bounds for adapters.
 *
 * @param fileBytes bytes of the file
 * @param rank rank of a pair
 * @param alpha numerator of the scale
 * @param magnitude absolute value of a weight
 */
public record AdapterLimits(long fileBytes, int rank, float alpha, float magnitude) {
    /** 4 GiB, rank 512, alpha 65,536, weights up to the largest half-precision number. */
    public static final AdapterLimits DEFAULT = new AdapterLimits(4L << 30, 512, 65_536f, 65_504f);

    /** Checks that every bound is positive. */
    public AdapterLimits {
        if (fileBytes < 1 || rank < 1 || !(alpha > 0) || !(magnitude > 0)) {
            throw new IllegalArgumentException("every adapter limit must be above 0");
        }
    }
}
