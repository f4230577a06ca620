package dev.loramill.llama.binding;

/**
 * How a context is made.
 *
 * @param contextLength tokens that all sequences together have room for; divided evenly among them
 * @param batchSize most tokens in one {@link Batch} that is decoded
 * @param microBatchSize most tokens that are computed at once; sets the size of the work buffers
 * @param maxSequences sequences, numbered from 0
 * @param threads threads while a batch has one token a sequence
 * @param batchThreads threads while prompts are read
 * @param flashAttention whether attention is computed in one fused operation
 * @param cacheType how keys and values are stored
 */
public record LlamaContextOptions(
        int contextLength,
        int batchSize,
        int microBatchSize,
        int maxSequences,
        int threads,
        int batchThreads,
        boolean flashAttention,
        CacheType cacheType) {

    /** How keys and values are stored. */
    public enum CacheType {
        /** 16-bit floating point. */
        F16(1),
        /** 8-bit blocks, half the memory; needs flash attention. */
        Q8_0(8);

        private final int ggmlType;

        CacheType(int ggmlType) {
            this.ggmlType = ggmlType;
        }

        int ggmlType() {
            return ggmlType;
        }
    }

    private static final int MAX_CONTEXT = 1 << 24;
    private static final int MAX_SEQUENCES = 64;
    private static final int MAX_THREADS = 512;

    /** Checks all ranges. */
    public LlamaContextOptions {
        requireRange("contextLength", contextLength, 1, MAX_CONTEXT);
        requireRange("batchSize", batchSize, 1, contextLength);
        requireRange("microBatchSize", microBatchSize, 1, batchSize);
        requireRange("maxSequences", maxSequences, 1, Math.min(MAX_SEQUENCES, contextLength));
        requireRange("threads", threads, 1, MAX_THREADS);
        requireRange("batchThreads", batchThreads, 1, MAX_THREADS);
        if (cacheType != CacheType.F16 && !flashAttention) {
            throw new IllegalArgumentException(
                    "cacheType " + cacheType + " needs flashAttention, which is off");
        }
    }

    /** One sequence of a length, on one thread, with flash attention. */
    public static LlamaContextOptions ofLength(int contextLength) {
        int batch = Math.min(512, contextLength);
        return new LlamaContextOptions(contextLength, batch, batch, 1, 1, 1, true, CacheType.F16);
    }

    /** The same with other batch sizes. */
    public LlamaContextOptions withBatchSizes(int batch, int microBatch) {
        return new LlamaContextOptions(
                contextLength,
                batch,
                microBatch,
                maxSequences,
                threads,
                batchThreads,
                flashAttention,
                cacheType);
    }

    /** The same with another number of sequences. */
    public LlamaContextOptions withMaxSequences(int value) {
        return new LlamaContextOptions(
                contextLength,
                batchSize,
                microBatchSize,
                value,
                threads,
                batchThreads,
                flashAttention,
                cacheType);
    }

    /** The same with other numbers of threads. */
    public LlamaContextOptions withThreads(int single, int batch) {
        return new LlamaContextOptions(
                contextLength,
                batchSize,
                microBatchSize,
                maxSequences,
                single,
                batch,
                flashAttention,
                cacheType);
    }

    /** The same with or without flash attention. */
    public LlamaContextOptions withFlashAttention(boolean value) {
        return new LlamaContextOptions(
                contextLength,
                batchSize,
                microBatchSize,
                maxSequences,
                threads,
                batchThreads,
                value,
                cacheType);
    }

    /** The same with another way of storing keys and values. */
    public LlamaContextOptions withCacheType(CacheType value) {
        return new LlamaContextOptions(
                contextLength,
                batchSize,
                microBatchSize,
                maxSequences,
                threads,
                batchThreads,
                flashAttention,
                value);
    }

    private static void requireRange(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s must be in [%d, %d], got %d".formatted(name, least, most, value));
        }
    }
}
