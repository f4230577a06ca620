package dev.loramill.trainer.bench;

import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;

/** Counts what a step must multiply. */
final class StepCost {
    private StepCost() {}

    /** Weights that every token is multiplied with, the head included. */
    static long weights(ModelHyperparameters model) {
        long perBlock = 0;
        for (LoraTarget target : LoraTarget.values()) {
            perBlock += (long) target.inputLength(model) * target.outputLength(model);
        }
        return perBlock * model.blockCount()
                + (long) model.vocabularySize() * model.embeddingLength();
    }
}
