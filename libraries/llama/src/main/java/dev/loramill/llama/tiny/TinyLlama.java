package dev.loramill.llama.tiny;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufValue;
import dev.loramill.llama.gguf.GgufWriter;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.quantization.Quantizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A small base model with seeded random weights and a real tokenizer, complete enough for llama.cpp
 * to load: the same options give the same bytes on every machine.
 *
 * @param architecture {@code llama}, {@code qwen2} (biases on q, k, v) or {@code qwen3} (norms of q
 *     and k)
 * @param seed seed of the weights
 * @param vocabularySize tokens, from 259 up to what the training text gives (over 1,000)
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

    private static final float ROPE_BASE = 10_000f;
    private static final float RMS_EPSILON = 1e-5f;

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
        return new TinyLlama(
                other,
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

    /** The same with other weights. */
    public TinyLlama withSeed(long other) {
        return new TinyLlama(
                architecture,
                other,
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

    /** The same with another number of tokens. */
    public TinyLlama withVocabularySize(int other) {
        return new TinyLlama(
                architecture,
                seed,
                other,
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

    /** The same with another number of blocks. */
    public TinyLlama withBlockCount(int other) {
        return new TinyLlama(
                architecture,
                seed,
                vocabularySize,
                other,
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

    /** The same with other widths and heads. */
    public TinyLlama withSizes(int embedding, int heads, int keyValueHeads, int feedForward) {
        return new TinyLlama(
                architecture,
                seed,
                vocabularySize,
                blockCount,
                embedding,
                heads,
                keyValueHeads,
                feedForward,
                contextLength,
                isTied,
                hasRopeFactors,
                linearType,
                embeddingType);
    }

    /** The same with a head of its own ({@code false}) or the embedding as the head. */
    public TinyLlama withTied(boolean tied) {
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
                tied,
                hasRopeFactors,
                linearType,
                embeddingType);
    }

    /** The same with or without a tensor of frequency divisors. */
    public TinyLlama withRopeFactors(boolean ropeFactors) {
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
                ropeFactors,
                linearType,
                embeddingType);
    }

    /** The same with other storage types of linear weights and of embedding and head. */
    public TinyLlama withTypes(GgmlType linear, GgmlType embedding) {
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
                linear,
                embedding);
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
        GgufWriter writer = new GgufWriter();
        describe(writer);
        TinyVocabulary.ofSize(vocabularySize).describe(writer);
        Random random = new Random(seed);
        matrix(writer, random, "token_embd.weight", embeddingType, vocabularySize, 0.25);
        if (hasRopeFactors) {
            float[] factors = new float[embeddingLength / headCount / 2];
            for (int i = 0; i < factors.length; i++) {
                factors[i] = 1 + 7f * i / factors.length;
            }
            vector(writer, "rope_freqs.weight", factors);
        }
        for (int block = 0; block < blockCount; block++) {
            block(writer, random, block);
        }
        vector(writer, "output_norm.weight", around(random, 1, embeddingLength));
        if (!isTied) {
            matrix(writer, random, "output.weight", embeddingType, vocabularySize, 0.25);
        }
        writer.write(path);
        return path;
    }

    private void describe(GgufWriter writer) {
        writer.put("general.architecture", GgufValue.text(architecture))
                .put("general.type", GgufValue.text("model"))
                .put("general.name", GgufValue.text("Tiny " + architecture + " " + seed))
                .put(key("block_count"), GgufValue.uint32(blockCount))
                .put(key("context_length"), GgufValue.uint32(contextLength))
                .put(key("embedding_length"), GgufValue.uint32(embeddingLength))
                .put(key("feed_forward_length"), GgufValue.uint32(feedForwardLength))
                .put(key("attention.head_count"), GgufValue.uint32(headCount))
                .put(key("attention.head_count_kv"), GgufValue.uint32(keyValueHeadCount))
                .put(key("attention.layer_norm_rms_epsilon"), GgufValue.float32(RMS_EPSILON))
                .put(key("rope.freq_base"), GgufValue.float32(ROPE_BASE))
                .put(
                        key("rope.dimension_count"),
                        GgufValue.uint32((long) embeddingLength / headCount))
                .put(key("vocab_size"), GgufValue.uint32(vocabularySize));
        if (architecture.equals("qwen3")) {
            long headDimension = (long) embeddingLength / headCount;
            writer.put(key("attention.key_length"), GgufValue.uint32(headDimension))
                    .put(key("attention.value_length"), GgufValue.uint32(headDimension));
        }
    }

    private String key(String name) {
        return architecture + "." + name;
    }

    private void block(GgufWriter writer, Random random, int block) {
        String prefix = "blk." + block + ".";
        ModelHyperparameters sizes = hyperparameters();
        vector(writer, prefix + "attn_norm.weight", around(random, 1, embeddingLength));
        for (LoraTarget target : LoraTarget.values()) {
            if (target == LoraTarget.GATE) {
                vector(writer, prefix + "ffn_norm.weight", around(random, 1, embeddingLength));
            }
            int inputLength = target.inputLength(sizes);
            int outputLength = target.outputLength(sizes);
            float[] values = new float[inputLength * outputLength];
            double deviation = 1 / Math.sqrt(inputLength);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() * deviation);
            }
            writer.addTensor(
                    target.tensorName(block),
                    linearType,
                    List.of((long) inputLength, (long) outputLength),
                    Quantizer.quantize(linearType, values));
            boolean isQkv =
                    target == LoraTarget.Q || target == LoraTarget.K || target == LoraTarget.V;
            if (isQkv && architecture.equals("qwen2")) {
                vector(
                        writer,
                        prefix + target.ggufName() + ".bias",
                        around(random, 0, outputLength));
            }
            if (isQkv && target != LoraTarget.V && architecture.equals("qwen3")) {
                vector(
                        writer,
                        prefix + target.ggufName() + "_norm.weight",
                        around(random, 1, sizes.headDimension()));
            }
        }
    }

    private void matrix(
            GgufWriter writer,
            Random random,
            String name,
            GgmlType type,
            int rows,
            double deviation) {
        float[] values = new float[embeddingLength * rows];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        writer.addTensor(
                name,
                type,
                List.of((long) embeddingLength, (long) rows),
                Quantizer.quantize(type, values));
    }

    private static float[] around(Random random, float mean, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = mean + (float) (random.nextGaussian() * 0.1);
        }
        return values;
    }

    private static void vector(GgufWriter writer, String name, float[] values) {
        writer.addTensor(
                name,
                GgmlType.F32,
                List.of((long) values.length),
                Quantizer.quantize(GgmlType.F32, values));
    }
}
