package dev.loramill.llama.binding.internal;

/** How a model is loaded; see the public options. */
public record ModelSettings(
        boolean vocabularyOnly, boolean memoryMap, boolean repackWeights, int gpuLayers) {}
