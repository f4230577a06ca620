package dev.loramill.llama.binding.internal;

/**
 * How a context is created; see the public options.
 *
 * @param cacheType number of the GGML type of keys and values
 */
public record ContextSettings(
        int contextLength,
        int batchSize,
        int microBatchSize,
        int sequences,
        int threads,
        int batchThreads,
        boolean flashAttention,
        int cacheType) {}
