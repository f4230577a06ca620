package dev.loramill.trainer.evaluate;

import dev.loramill.events.ProbeAnswer.Generation;
import dev.loramill.events.trainer.WorkSign;
import dev.loramill.llama.binding.Batch;
import dev.loramill.llama.binding.DecodeOutcome;
import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.Sampler;
import dev.loramill.llama.binding.SamplerOptions;
import dev.loramill.llama.binding.ScaledAdapter;
import dev.loramill.llama.template.ChatFormat;
import java.util.Arrays;
import java.util.List;

/**
 * Answers prompts greedily in the serving engine, one after the other, with or without an adapter.
 * Used by the thread that made it.
 */
final class AnswerEngine implements AutoCloseable {
    private static final int BATCH = 256;

    private final ChatFormat format;
    private final LlamaModel model;
    private final LlamaContext context;
    private final Batch batch;
    private final int maxTokens;
    private final WorkSign sign;

    /**
     * An engine with room for one answer.
     *
     * @param contextLength tokens of prompt and answer together
     * @param sign told of every piece of work
     */
    AnswerEngine(
            LlamaModel model,
            ChatFormat format,
            int contextLength,
            int maxTokens,
            int threads,
            WorkSign sign) {
        this.sign = sign;
        this.model = model;
        this.format = format;
        this.maxTokens = maxTokens;
        int batchSize = Math.min(BATCH, contextLength);
        this.context =
                LlamaContext.create(
                        model,
                        LlamaContextOptions.ofLength(contextLength)
                                .withBatchSizes(batchSize, batchSize)
                                .withThreads(threads, threads));
        this.batch = Batch.ofCapacity(batchSize);
    }

    void setAdapters(List<ScaledAdapter> adapters) {
        context.setAdapters(adapters);
    }

    /** Logits of the token that follows a prompt. */
    float[] logitsAfter(int[] prompt) {
        return context.logits(read(prompt));
    }

    /** The answer to a prompt, up to the end of the turn or the greatest number of tokens. */
    Generation answer(int[] prompt) {
        int[] answer = new int[maxTokens];
        int count = 0;
        boolean isEndReached = false;
        int last = read(prompt);
        try (Sampler sampler = Sampler.create(model, SamplerOptions.greedy())) {
            while (count < maxTokens) {
                int token = sampler.sample(context, last);
                if (format.tokenizer().isEndOfGeneration(token)) {
                    isEndReached = true;
                    break;
                }
                answer[count++] = token;
                batch.clear();
                last = batch.add(token, 0, true);
                decode();
            }
        }
        int[] tokens = Arrays.copyOf(answer, count);
        return new Generation(
                format.tokenizer().decode(tokens).strip(),
                count,
                isEndReached,
                LoopDetector.isLooping(tokens));
    }

    /** Reads a prompt into the empty context; returns the index of its last token's logits. */
    private int read(int[] prompt) {
        context.clear();
        int last = -1;
        for (int start = 0; start < prompt.length; start += batch.capacity()) {
            int end = Math.min(prompt.length, start + batch.capacity());
            batch.clear();
            for (int i = start; i < end; i++) {
                last = batch.add(prompt[i], 0, i == prompt.length - 1);
            }
            decode();
        }
        return last;
    }

    private void decode() {
        DecodeOutcome outcome = context.decode(batch);
        if (outcome != DecodeOutcome.DONE) {
            throw new IllegalStateException("decoding a probe ended with " + outcome);
        }
        sign.moved();
    }

    @Override
    public void close() {
        context.close();
    }
}
