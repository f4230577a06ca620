package dev.loramill.llama.binding;

/** How a decode ended. */
public enum DecodeOutcome {
    /** All tokens of the batch were computed. */
    DONE,
    /** {@link LlamaContext#abort()} was called; the sequences are as they were before. */
    ABORTED
}
