package dev.loramill.llama.tiny;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.quantization.Quantizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A small base model with seeded random weights and a real tokenizer, complete enough for llama.cpp
 * to load: the same options give the same bytes on every machine.
 *
 * @param architecture {@code llama}, {@code qwen2} (biases on q, k, v) or {@code qwen3} (norms of q
 *     and k)
 * @param seed seed of the weights
 * @param vocabularySize tokens, at least 259; those beyond what the training text gives (over
 *     1,000) are unused
 * @param blockCount transformer blocks
 * @param embeddingLength width of the residual stream, a multiple of 32 and of {@code headCount}
 * @param headCount query heads
 * @param keyValueHeadCount key and value heads
 * @param feedForwardLength inner width of the feed-forward part, a multiple of 32
 * @param contextLength longest sequence in tokens
 * @param isTied whether the output head is the embedding itself
 * @param hasRopeFactors whether the file has a tensor of frequency divisors
 * @param linearType storage type of the linear weights
 * @param embeddingType storage type of the embedding and of the head
 */
public record TinyLlama(
        String architecture,
        long seed,
        int vocabularySize,
        int blockCount,
        int embeddingLength,
        int headCount,
        int keyValueHeadCount,
        int feedForwardLength,
        int contextLength,
        boolean isTied,
        boolean hasRopeFactors,
        GgmlType linearType,
        GgmlType embeddingType) {

    static final float ROPE_BASE = 10_000f;
    static final float RMS_EPSILON = 1e-5f;

    /** Checks the options that would give a file that no reader accepts. */
    public TinyLlama {
        if (!List.of("llama", "qwen2", "qwen3").contains(architecture)) {
            throw new IllegalArgumentException(
                    "architecture must be llama, qwen2 or qwen3, got \"" + architecture + "\"");
        }
        requireMultiple("embeddingLength", embeddingLength, 32);
        requireMultiple("feedForwardLength", feedForwardLength, 32);
        requireMultiple("embeddingLength", embeddingLength, 2 * headCount);
        requireMultiple("headCount", headCount, keyValueHeadCount);
        if (blockCount < 1 || contextLength < 1) {
            throw new IllegalArgumentException(
                    "blockCount and contextLength must be at least 1, got "
                            + blockCount
                            + " and "
                            + contextLength);
        }
        if (!Quantizer.supports(linearType) || !Quantizer.supports(embeddingType)) {
            throw new IllegalArgumentException(
                    "types must be ones that can be quantized to, got "
                            + linearType
                            + " and "
                            + embeddingType);
        }
    }

    private static void requireMultiple(String name, int value, int divisor) {
        if (value < 1 || divisor < 1 || value % divisor != 0) {
            throw new IllegalArgumentException(
                    name + " must be a positive multiple of " + divisor + ", got " + value);
        }
    }

    /**
     * Two blocks of width 64, four query heads on two key heads, 512 tokens, tied, all weights F32:
     * about 450 KB.
     */
    public static TinyLlama standard() {
        return new TinyLlama(
                "llama", 42, 512, 2, 64, 4, 2, 128, 1024, true, false, GgmlType.F32, GgmlType.F32);
    }

    /** The same with another architecture. */
    public TinyLlama withArchitecture(String other) {
        return with(draft -> draft.architecture = other);
    }

    /** The same with other weights. */
    public TinyLlama withSeed(long other) {
        return with(draft -> draft.seed = other);
    }

    /** The same with another number of tokens. */
    public TinyLlama withVocabularySize(int other) {
        return with(draft -> draft.vocabularySize = other);
    }

    /** The same with another number of blocks. */
    public TinyLlama withBlockCount(int other) {
        return with(draft -> draft.blockCount = other);
    }

    /** The same with other widths and heads. */
    public TinyLlama withSizes(int embedding, int heads, int keyValueHeads, int feedForward) {
        return with(draft -> {
            draft.embeddingLength = embedding;
            draft.headCount = heads;
            draft.keyValueHeadCount = keyValueHeads;
            draft.feedForwardLength = feedForward;
        });
    }

    /** The same with a head of its own ({@code false}) or the embedding as the head. */
    public TinyLlama withTied(boolean tied) {
        return with(draft -> draft.isTied = tied);
    }

    /** The same with or without a tensor of frequency divisors. */
    public TinyLlama withRopeFactors(boolean ropeFactors) {
        return with(draft -> draft.hasRopeFactors = ropeFactors);
    }

    /** The same with other storage types of linear weights and of embedding and head. */
    public TinyLlama withTypes(GgmlType linear, GgmlType embedding) {
        return with(draft -> {
            draft.linearType = linear;
            draft.embeddingType = embedding;
        });
    }

    /** The sizes that a reader finds in the file. */
    public ModelHyperparameters hyperparameters() {
        int headDimension = embeddingLength / headCount;
        return new ModelHyperparameters(
                architecture,
                blockCount,
                embeddingLength,
                headCount,
                keyValueHeadCount,
                headDimension,
                feedForwardLength,
                contextLength,
                headDimension,
                ROPE_BASE,
                hasRopeFactors ? Optional.of("rope_freqs.weight") : Optional.empty(),
                RMS_EPSILON,
                vocabularySize,
                isTied);
    }

    /**
     * Writes the model.
     *
     * @return {@code path}
     * @throws IOException if writing fails
     */
    public Path write(Path path) throws IOException {
        new TinyWeights(this).write(path);
        return path;
    }

    private TinyLlama with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finish();
    }

    /** A copy whose options can be set one by one. */
    private static final class Draft {
        private String architecture;
        private long seed;
        private int vocabularySize;
        private int blockCount;
        private int embeddingLength;
        private int headCount;
        private int keyValueHeadCount;
        private int feedForwardLength;
        private int contextLength;
        private boolean isTied;
        private boolean hasRopeFactors;
        private GgmlType linearType;
        private GgmlType embeddingType;

        Draft(TinyLlama from) {
            architecture = from.architecture;
            seed = from.seed;
            vocabularySize = from.vocabularySize;
            blockCount = from.blockCount;
            embeddingLength = from.embeddingLength;
            headCount = from.headCount;
            keyValueHeadCount = from.keyValueHeadCount;
            feedForwardLength = from.feedForwardLength;
            contextLength = from.contextLength;
            isTied = from.isTied;
            hasRopeFactors = from.hasRopeFactors;
            linearType = from.linearType;
            embeddingType = from.embeddingType;
        }

        TinyLlama finish() {
            return new TinyLlama(
                    architecture,
                    seed,
                    vocabularySize,
                    blockCount,
                    embeddingLength,
                    headCount,
                    keyValueHeadCount,
                    feedForwardLength,
                    contextLength,
                    isTied,
                    hasRopeFactors,
                    linearType,
                    embeddingType);
        }
    }
}
