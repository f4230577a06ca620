package dev.loramill.llama.binding;

/**
 * An adapter as it is put on a context.
 *
 * @param scale factor on top of the adapter's own alpha / rank; 1 for the adapter as trained
 */
public record ScaledAdapter(LoraAdapter adapter, float scale) {
    /** Checks that the scale is finite. */
    public ScaledAdapter {
        if (!Float.isFinite(scale)) {
            throw new IllegalArgumentException("scale must be finite, got " + scale);
        }
    }
}
