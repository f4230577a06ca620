package dev.loramill.llama.gguf;

import java.util.Optional;

/**
 * The sizes of a decoder-only transformer, read from a base model's metadata and tensors.
 *
 * @param architecture value of {@code general.architecture}, such as {@code llama}
 * @param blockCount transformer blocks
 * @param embeddingLength width of the residual stream
 * @param headCount query heads
 * @param keyValueHeadCount key and value heads; divides {@code headCount}
 * @param headDimension width of one head
 * @param feedForwardLength inner width of the feed-forward part
 * @param contextLength longest sequence in tokens that the model was made for
 * @param ropeDimensionCount leading elements of a head that are rotated
 * @param ropeFrequencyBase base of the rotary frequencies
 * @param ropeFactorsTensor name of the tensor of frequency divisors, if the model has one
 * @param rmsEpsilon epsilon of the RMS norms
 * @param vocabularySize tokens, as rows of the embedding
 * @param isTied whether the output head is the embedding itself
 */
public record ModelHyperparameters(
        String architecture,
        int blockCount,
        int embeddingLength,
        int headCount,
        int keyValueHeadCount,
        int headDimension,
        int feedForwardLength,
        int contextLength,
        int ropeDimensionCount,
        float ropeFrequencyBase,
        Optional<String> ropeFactorsTensor,
        float rmsEpsilon,
        int vocabularySize,
        boolean isTied) {

    private static final String EMBEDDING = "token_embd.weight";
    private static final String OUTPUT = "output.weight";
    private static final String ROPE_FACTORS = "rope_freqs.weight";
    private static final int MAX_BLOCKS = 512;
    private static final int MAX_WIDTH = 1 << 18;
    private static final int MAX_HEADS = 1024;
    private static final int MAX_CONTEXT = 1 << 24;
    private static final int MAX_VOCABULARY = 1 << 22;

    /**
     * Reads the sizes of a base model.
     *
     * @throws InvalidGgufException if one is missing, out of bounds or contradicts another
     */
    public static ModelHyperparameters read(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        String architecture = metadata.string("general.architecture");
        Keys keys = new Keys(metadata, architecture);

        int blocks = keys.size("block_count", MAX_BLOCKS);
        int embedding = keys.size("embedding_length", MAX_WIDTH);
        int heads = keys.size("attention.head_count", MAX_HEADS);
        int keyValueHeads = keys.size("attention.head_count_kv", MAX_HEADS, heads);
        if (heads % keyValueHeads != 0) {
            throw keys.fault(
                    "attention.head_count_kv", keyValueHeads, "a divisor of head_count " + heads);
        }
        if (!keys.contains("attention.key_length") && embedding % heads != 0) {
            throw keys.fault(
                    "attention.head_count",
                    heads,
                    "a divisor of embedding_length " + embedding + " where key_length is absent");
        }
        int headDimension = keys.size("attention.key_length", MAX_WIDTH, embedding / heads);
        int valueDimension = keys.size("attention.value_length", MAX_WIDTH, headDimension);
        if (valueDimension != headDimension) {
            throw keys.fault(
                    "attention.value_length",
                    valueDimension,
                    "equal to key_length " + headDimension);
        }
        int ropeDimensions = keys.size("rope.dimension_count", MAX_WIDTH, headDimension);
        if (ropeDimensions > headDimension || ropeDimensions % 2 != 0) {
            throw keys.fault(
                    "rope.dimension_count",
                    ropeDimensions,
                    "even and at most the head dimension " + headDimension);
        }
        keys.refuseRopeScaling();
        int vocabulary = vocabularySize(file, embedding);
        return new ModelHyperparameters(
                architecture,
                blocks,
                embedding,
                heads,
                keyValueHeads,
                headDimension,
                keys.size("feed_forward_length", MAX_WIDTH),
                keys.size("context_length", MAX_CONTEXT),
                ropeDimensions,
                keys.positive("rope.freq_base", 10_000f),
                file.findTensor(ROPE_FACTORS).map(GgufTensor::name),
                keys.positive("attention.layer_norm_rms_epsilon", null),
                vocabulary,
                file.findTensor(OUTPUT).isEmpty());
    }

    private static int vocabularySize(GgufFile file, int embedding) {
        GgufTensor table = file.tensor(EMBEDDING);
        long rows = table.dimension(1);
        if (table.dimensions().size() != 2
                || table.dimension(0) != embedding
                || rows > MAX_VOCABULARY) {
            throw new InvalidGgufException(
                    "tensor \"" + EMBEDDING + "\" dimensions",
                    -1,
                    table.dimensions(),
                    "[" + embedding + ", vocabulary size up to " + MAX_VOCABULARY + "]");
        }
        return (int) rows;
    }

    /** Width of all query heads together. */
    public int queryLength() {
        return headCount * headDimension;
    }

    /** Width of all key heads together, and of all value heads together. */
    public int keyValueLength() {
        return keyValueHeadCount * headDimension;
    }

    /** Access to {@code <architecture>.<name>} within bounds. */
    private record Keys(GgufMetadata metadata, String architecture) {
        private String key(String name) {
            return architecture + "." + name;
        }

        boolean contains(String name) {
            return metadata.contains(key(name));
        }

        int size(String name, int maximum) {
            long value = metadata.integer(key(name));
            if (value < 1 || value > maximum) {
                throw fault(name, value, "in [1, " + maximum + "]");
            }
            return (int) value;
        }

        int size(String name, int maximum, int otherwise) {
            return contains(name) ? size(name, maximum) : otherwise;
        }

        /**
         * Positions are scaled by a tensor of factors or not at all; other ways are not computed.
         */
        void refuseRopeScaling() {
            String scaling = metadata.findString(key("rope.scaling.type")).orElse("none");
            if (!scaling.equals("none")) {
                throw fault("rope.scaling.type", "\"" + scaling + "\"", "absent or \"none\"");
            }
            if (contains("rope.scale_linear")) {
                throw fault("rope.scale_linear", "a value", "absent");
            }
        }

        float positive(String name, @org.jspecify.annotations.Nullable Float otherwise) {
            if (otherwise != null && !contains(name)) {
                return otherwise;
            }
            double value = metadata.real(key(name));
            if (!(value > 0) || Double.isInfinite(value)) {
                throw fault(name, value, "finite and above 0");
            }
            return (float) value;
        }

        InvalidGgufException fault(String name, Object value, String allowed) {
            return new InvalidGgufException(
                    "metadata \"" + key(name) + "\"", metadata.offset(key(name)), value, allowed);
        }
    }
}
