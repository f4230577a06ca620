package dev.loramill.llama.binding;

/**
 * How a model is loaded.
 *
 * @param vocabularyOnly load the tokenizer and no weights
 * @param memoryMap map the file instead of copying it
 * @param repackWeights rearrange quantized weights for this processor: faster, but a second copy
 * @param gpuLayers blocks to put on a GPU if the library has one; -1 for all
 */
public record LlamaModelOptions(
        boolean vocabularyOnly, boolean memoryMap, boolean repackWeights, int gpuLayers) {

    /** Checks the range of {@code gpuLayers}. */
    public LlamaModelOptions {
        if (gpuLayers < -1) {
            throw new IllegalArgumentException("gpuLayers must be at least -1, got " + gpuLayers);
        }
    }

    /** Everything, mapped, repacked. */
    public static LlamaModelOptions defaults() {
        return new LlamaModelOptions(false, true, true, -1);
    }

    /** The tokenizer alone. */
    public static LlamaModelOptions vocabularyAlone() {
        return new LlamaModelOptions(true, true, false, 0);
    }

    /** The same with or without repacking. */
    public LlamaModelOptions withRepackWeights(boolean value) {
        return new LlamaModelOptions(vocabularyOnly, memoryMap, value, gpuLayers);
    }

    /** The same with or without mapping. */
    public LlamaModelOptions withMemoryMap(boolean value) {
        return new LlamaModelOptions(vocabularyOnly, value, repackWeights, gpuLayers);
    }
}
