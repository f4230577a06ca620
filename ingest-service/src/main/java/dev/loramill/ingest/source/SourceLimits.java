package dev.loramill.ingest.source;

/**
 * How much a source may hold.
 *
 * @param maxRowBytes longest line that is read as a row
 * @param maxUnpackedBytes most bytes that a gzip source may unpack to
 * @param maxUnpackRatio most bytes that one packed byte may unpack to, on average, once the source
 *     has unpacked to more than {@link #RATIO_GRACE_BYTES}
 */
public record SourceLimits(int maxRowBytes, long maxUnpackedBytes, int maxUnpackRatio) {
    /** Up to here a source may unpack to any multiple of its size. */
    public static final long RATIO_GRACE_BYTES = 64L << 20;

    public SourceLimits {
        requirePositive("max-row-bytes", maxRowBytes);
        requirePositive("max-unpacked-bytes", maxUnpackedBytes);
        requirePositive("max-unpack-ratio", maxUnpackRatio);
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be > 0, got " + value);
        }
    }
}
