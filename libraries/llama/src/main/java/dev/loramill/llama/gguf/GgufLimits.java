package dev.loramill.llama.gguf;

/**
 * Upper bounds that a reader holds a file to before it reserves memory for what the file announces.
 *
 * @param metadataCount metadata entries
 * @param tensorCount tensors
 * @param keyBytes bytes of a key
 * @param stringBytes bytes of a string value
 * @param arrayLength elements of an array value
 * @param metadataBytes bytes of all metadata and tensor descriptions together
 * @param valueBytes memory that all metadata values take together, once they are read: an array of
 *     small numbers takes eight times its size in the file
 */
public record GgufLimits(
        int metadataCount,
        int tensorCount,
        int keyBytes,
        int stringBytes,
        int arrayLength,
        long metadataBytes,
        long valueBytes) {

    /** Bounds that fit every model in use: vocabularies of millions, templates of megabytes. */
    public static final GgufLimits MODEL =
            new GgufLimits(4_096, 65_536, 256, 4 << 20, 4 << 20, 512L << 20, 128L << 20);

    /** Bounds for an adapter, which has little metadata and two tensors a weight. */
    public static final GgufLimits ADAPTER =
            new GgufLimits(256, 8_192, 256, 1 << 20, 65_536, 16L << 20, 16L << 20);

    /** Checks that every bound is positive. */
    public GgufLimits {
        if (metadataCount < 1
                || tensorCount < 1
                || keyBytes < 1
                || stringBytes < 1
                || arrayLength < 1
                || metadataBytes < 1
                || valueBytes < 1) {
            throw new IllegalArgumentException("every GGUF limit must be at least 1");
        }
    }
}
