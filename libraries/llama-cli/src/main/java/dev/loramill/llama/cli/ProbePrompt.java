package dev.loramill.llama.cli;

import dev.loramill.llama.binding.Batch;
import dev.loramill.llama.binding.LlamaContext;

/** A few tokens whose logits tell whether two states of a model are the same. */
final class ProbePrompt {
    private static final int[] TOKENS = {40, 41, 42, 43};

    private ProbePrompt() {}

    /** Clears a context, decodes the tokens and gives the logits of the last one. */
    static float[] logits(LlamaContext context) {
        context.clear();
        Batch batch = Batch.ofCapacity(TOKENS.length);
        for (int i = 0; i < TOKENS.length; i++) {
            batch.add(TOKENS[i], 0, i == TOKENS.length - 1);
        }
        context.decode(batch);
        return context.logits(TOKENS.length - 1);
    }
}
