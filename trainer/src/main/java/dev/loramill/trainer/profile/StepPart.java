package dev.loramill.trainer.profile;

/** The kinds of work that a step's time goes into. */
public enum StepPart {
    /** Products of the blocks' rows with the base's weights, widened by the adapter. */
    BLOCK_PRODUCTS("block products"),
    /** Products with the output head. */
    HEAD_PRODUCTS("head products"),
    /** Softmax, loss and its gradient over the logits. */
    LOSS("loss"),
    /** Products of queries, keys, values and their gradients. */
    ATTENTION_PRODUCTS("attention products"),
    /** Softmax of attention, and moving its operands between rows and heads. */
    ATTENTION("attention, element-wise"),
    /** The adapter's own products, and moving its vectors in and out. */
    ADAPTER("adapter"),
    /** Norms, activations, rotations, residual additions, embeddings. */
    ELEMENT_WISE("norms and activations"),
    /** Dequantizing weights that are not kept. */
    WEIGHTS("dequantizing"),
    /** Optimizer, gradient norm, publishing the parameters. */
    OPTIMIZER("optimizer"),
    /** Waiting for other threads. */
    WAITING("waiting");

    private final String label;

    StepPart(String label) {
        this.label = label;
    }

    /** The name used in reports. */
    public String label() {
        return label;
    }
}
