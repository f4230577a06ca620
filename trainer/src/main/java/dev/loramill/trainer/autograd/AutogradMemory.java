package dev.loramill.trainer.autograd;

import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.device.Device;
import dev.loramill.trainer.lora.LoraConfig;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.model.TransformerOptions;
import dev.loramill.trainer.tensor.MatrixAllocator;
import dev.loramill.trainer.tensor.Precision;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a model of libtorch's operators takes, by part, before it is made.
 *
 * <p>Legend: T rows, E wide, F in the feed-forward part, H query heads and K key heads of D
 * elements, L rows of the longest document, p bytes an element.
 */
public final class AutogradMemory {
    /**
     * What a record took by what is counted of it, measured on the CPU in bf16 and in fp32 by 30
     * kept records of SmolLM2-135M: padding of the buckets, and what the allocator cannot use.
     */
    private static final double RECORD_FACTOR = 1.25;

    private final ModelHyperparameters shape;
    private final LoraConfig lora;
    private final TransformerOptions options;
    private final Device device;
    private final long bytes;

    /** Takes what the sizes follow from. */
    public AutogradMemory(
            ModelHyperparameters shape,
            LoraConfig lora,
            TransformerOptions options,
            Device device) {
        this.shape = shape;
        this.lora = lora;
        this.options = options;
        this.device = device;
        this.bytes = options.precision().bytes();
    }

    /** Counts the matrices in the host's memory that the model asks for. */
    public void countHost(MatrixAllocator allocator) {
        LoraParameters _ = new LoraParameters(new LoraLayout(shape, lora), allocator);
        WeightLoader.staging(shape, options.precision(), allocator);
        Embedding.staging(shape, options, allocator);
    }

    /** Bytes on the device, by part; on the CPU they come out of the host's memory too. */
    public Map<String, Long> deviceBytes() {
        Map<String, Long> parts = new LinkedHashMap<>();
        int loaded = options.keepsWeights() ? shape.blockCount() : 1;
        parts.put(
                "base weights",
                loaded * blockWeights()
                        + (long) shape.vocabularySize() * shape.embeddingLength() * bytes);
        if (device instanceof Device.Cuda) {
            parts.put(
                    "adapter on the device",
                    2 * new LoraLayout(shape, lora).length() * Float.BYTES);
        }
        parts.put("residual stream", (shape.blockCount() + 2L) * stream());
        int retained = Math.min(options.retainedBlocks(), shape.blockCount());
        parts.put("retained activations", retained * record());
        // Blocks and head ask for other sizes, so what one leaves free rarely serves the other.
        parts.put("working memory", record() + transients() + logits());
        return parts;
    }

    private long blockWeights() {
        long elements = 0;
        for (WeightGroup group : WeightGroup.values()) {
            elements += (long) group.outputLength(shape) * group.inputLength(shape);
        }
        return elements * bytes;
    }

    private long stream() {
        return (long) options.maxRows() * shape.embeddingLength() * bytes;
    }

    /** What libtorch keeps of one block's forward pass for its backward pass. */
    private long record() {
        long width = shape.embeddingLength();
        long queries = shape.queryLength();
        long inner = 0;
        for (WeightGroup group : WeightGroup.values()) {
            inner += (long) lora.rank() * group.targets().size();
        }
        long elements =
                // both normalized inputs and the stream between attention and feed-forward part
                3 * width
                        // heads as they are gathered, what attention makes of them, and it joined
                        + queries
                        + 2L * shape.keyValueLength()
                        + 2 * queries
                        // gate, its activation, up, and their product
                        + 4L * shape.feedForwardLength()
                        + inner;
        long each = elements * bytes;
        if (options.precision() != Precision.FLOAT32 && device instanceof Device.Cpu) {
            // The norms of 16 bits are computed, and kept, in single precision.
            each += 2 * width * Float.BYTES;
        }
        if (lora.dropout() > 0) {
            long inputs = 2 * width + queries + shape.feedForwardLength();
            each += inputs * (bytes + 1);
        }
        return (long) (RECORD_FACTOR * (options.maxRows() * each + scores()));
    }

    /** The scores of attention, which only the two products of the CPU keep. */
    private long scores() {
        return device instanceof Device.Cpu
                ? (long) options.maxRows() * shape.headCount() * options.longestDocument() * bytes
                : 0;
    }

    /** Most of what exists for a moment beside the record of a block. */
    private long transients() {
        long feedForward = 4L * options.maxRows() * shape.feedForwardLength() * bytes;
        // The hashes of the widest input, and they shifted.
        long hashes =
                lora.dropout() > 0
                        ? 2L * options.maxRows() * shape.feedForwardLength() * Integer.BYTES
                        : 0;
        return Math.max(feedForward + hashes, 2 * scores());
    }

    /**
     * Logits of some rows: as they are made, in single precision, their exponentials, gradients.
     */
    private long logits() {
        long logits =
                (2 * bytes + 2 * Float.BYTES)
                        * LabelLoss.ROWS_AT_ONCE
                        * (long) shape.vocabularySize();
        boolean isReordered =
                device instanceof Device.Cpu && options.precision() != Precision.FLOAT32;
        // oneDNN lays a matrix of 16 bits out anew before it multiplies by it.
        return logits
                + (isReordered
                        ? (long) shape.vocabularySize() * shape.embeddingLength() * bytes
                        : 0);
    }
}
