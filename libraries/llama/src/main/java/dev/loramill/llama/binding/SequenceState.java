package dev.loramill.llama.binding;

import java.lang.foreign.MemorySegment;

/**
 * A copy of one sequence's keys and values.
 *
 * <p>It can be put into any context of the same model with the same storage of keys and values, and
 * gives the same logits there bit by bit. Its memory is given back with the object.
 */
public final class SequenceState {
    private final LlamaModel model;
    private final LlamaContextOptions.CacheType cacheType;
    private final boolean flashAttention;
    private final int length;
    private final MemorySegment bytes;

    SequenceState(LlamaModel model, LlamaContextOptions options, int length, MemorySegment bytes) {
        this.model = model;
        this.cacheType = options.cacheType();
        this.flashAttention = options.flashAttention();
        this.length = length;
        this.bytes = bytes;
    }

    /** Tokens in the sequence. */
    public int length() {
        return length;
    }

    /** Bytes that the copy takes. */
    public long sizeBytes() {
        return bytes.byteSize();
    }

    /** The bytes, if they fit a context. */
    MemorySegment requireFit(LlamaModel target, LlamaContextOptions options) {
        if (target != model
                || options.cacheType() != cacheType
                || options.flashAttention() != flashAttention) {
            throw new IllegalArgumentException(
                    "the state was saved from %s with cache %s and flash attention %s, the context has %s, %s and %s"
                            .formatted(
                                    model.handle().name(),
                                    cacheType,
                                    flashAttention,
                                    target.handle().name(),
                                    options.cacheType(),
                                    options.flashAttention()));
        }
        return bytes;
    }
}
