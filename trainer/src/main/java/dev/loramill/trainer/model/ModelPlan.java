package dev.loramill.trainer.model;

import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.kernel.DocumentSpan;
import dev.loramill.trainer.kernel.HeadLayout;
import dev.loramill.trainer.kernel.RotaryTable;
import dev.loramill.trainer.lora.LoraConfig;
import dev.loramill.trainer.tensor.Precision;

/**
 * The sizes that all matrices of a training run follow from.
 *
 * @param shape sizes of the base
 * @param architecture what the architecture asks for beyond those
 * @param lora the adapter
 * @param groups linear weights by input
 * @param rotaryTable sines and cosines up to the longest document
 * @param precision format of activations and weights
 * @param maxRows most tokens in one batch
 * @param headRows most tokens of one batch with the padding of its documents
 * @param longestDocument most tokens in one document
 * @param retainedBlocks how many blocks keep their activations instead of computing them again
 * @param keepsWeights whether all blocks stay dequantized
 */
record ModelPlan(
        ModelHyperparameters shape,
        Architecture architecture,
        LoraConfig lora,
        PerGroup<LinearGroup> groups,
        RotaryTable rotaryTable,
        Precision precision,
        int maxRows,
        int headRows,
        int longestDocument,
        int retainedBlocks,
        boolean keepsWeights) {

    /** Elements of attention scores that one product makes, unless one key head needs more. */
    private static final int SCORES_AT_ONCE = 512 * 1024;

    private static final int LOGIT_ROWS = 256;

    HeadLayout heads() {
        return new HeadLayout(shape.headCount(), shape.keyValueHeadCount(), shape.headDimension());
    }

    float attentionScale() {
        return (float) (1.0 / Math.sqrt(shape.headDimension()));
    }

    /** How many key heads of a document of some length are multiplied at once. */
    int keyHeadsAtOnce(int length) {
        long each = (long) heads().group() * length * length;
        return (int) Math.clamp(SCORES_AT_ONCE / each, 1, shape.keyValueHeadCount());
    }

    /** Elements of the scores of one product. */
    int scoreCount() {
        long most = 0;
        int longest = DocumentSpan.padded(longestDocument);
        for (int length = DocumentSpan.MULTIPLE;
                length <= longest;
                length += DocumentSpan.MULTIPLE) {
            most =
                    Math.max(
                            most,
                            (long) keyHeadsAtOnce(length) * heads().group() * length * length);
        }
        return Math.toIntExact(most);
    }

    /** Rows of logits computed at once. */
    int logitRows() {
        return Math.min(LOGIT_ROWS, RowShare.rounded(maxRows));
    }

    /**
     * Reads what the plan needs of a base.
     *
     * @throws UnsupportedBaseException if the base cannot be trained
     */
    static ModelPlan of(FrozenWeights base, LoraConfig lora, TransformerOptions options) {
        ModelHyperparameters shape = base.shape();
        Architecture architecture = Architecture.require(shape.architecture());
        float[] factors =
                shape.ropeFactorsTensor()
                        .map(name -> Vectors.required(base, name, shape.ropeDimensionCount() / 2))
                        .orElse(null);
        RotaryTable table =
                new RotaryTable(
                        architecture.pairing(),
                        shape.ropeDimensionCount(),
                        shape.ropeFrequencyBase(),
                        factors,
                        options.longestDocument());
        return new ModelPlan(
                shape,
                architecture,
                lora,
                LinearGroup.all(shape, lora),
                table,
                options.precision(),
                options.maxRows(),
                options.headRows(),
                options.longestDocument(),
                Math.min(options.retainedBlocks(), shape.blockCount()),
                options.keepsWeights());
    }
}
