package dev.loramill.serve.engine;

import dev.loramill.llama.binding.Batch;
import dev.loramill.llama.binding.DecodeOutcome;
import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaModel;

/** Reads one prompt in a context that lives no longer than that. */
final class PromptLogits {
    private PromptLogits() {}

    static float[] of(LlamaModel model, ModelVariant variant, int[] prompt) {
        LlamaContextOptions options = LlamaContextOptions.ofLength(prompt.length);
        try (LlamaContext context = LlamaContext.create(model, options)) {
            context.setAdapters(variant.adapters());
            Batch batch = Batch.ofCapacity(options.batchSize());
            int offset = 0;
            int index = 0;
            while (offset < prompt.length) {
                batch.clear();
                int end = Math.min(prompt.length, offset + options.batchSize());
                for (; offset < end; offset++) {
                    index = batch.add(prompt[offset], 0, offset == prompt.length - 1);
                }
                if (context.decode(batch) != DecodeOutcome.DONE) {
                    throw new IllegalStateException("reading a prompt was aborted");
                }
            }
            return context.logits(index);
        }
    }
}
