package dev.loramill.serve.engine;

import dev.loramill.llama.binding.Batch;
import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.Sampler;
import org.jspecify.annotations.Nullable;

/**
 * One sequence of a context, and the request that is generated in it: first its prompt is read, in
 * pieces, then tokens are generated one by one.
 */
final class Slot {
    private static final int NONE = -1;

    private final int sequence;
    private final EngineMetrics metrics;
    private @Nullable Generation generation;
    private @Nullable Sampler sampler;
    private int promptRead;
    private int generatedCount;
    private int nextToken;
    private int output = NONE;

    Slot(int sequence, EngineMetrics metrics) {
        this.sequence = sequence;
        this.metrics = metrics;
    }

    boolean isFree() {
        return generation == null;
    }

    boolean isCancelled() {
        return generation != null && generation.isCancelled();
    }

    boolean isReadingPrompt() {
        return generation != null && promptRead < generation.request().prompt().length;
    }

    void begin(Generation next, LlamaModel model) {
        generation = next;
        sampler = Sampler.create(model, next.request().sampling());
        promptRead = 0;
        generatedCount = 0;
    }

    /** Adds what is to be computed for it, as far as there is room. */
    void contribute(Batch batch, int room) {
        output = NONE;
        Generation current = generation;
        if (current == null || room == 0) {
            return;
        }
        int[] prompt = current.request().prompt();
        if (promptRead == prompt.length) {
            output = batch.add(nextToken, sequence, true);
            return;
        }
        int end = Math.min(prompt.length, promptRead + room);
        for (; promptRead < end; promptRead++) {
            boolean isLast = promptRead == prompt.length - 1;
            int index = batch.add(prompt[promptRead], sequence, isLast);
            if (isLast) {
                output = index;
                metrics.promptRead(prompt.length);
            }
        }
    }

    /** Takes what was computed; the slot is free afterwards if the generation has ended. */
    void take(LlamaContext context, LogprobReader logprobs) {
        Generation current = generation;
        Sampler chooser = sampler;
        if (output == NONE || current == null || chooser == null) {
            return;
        }
        int token;
        try {
            token = chooser.sample(context, output);
        } catch (IllegalStateException e) {
            fail(context, "the model gave no usable probabilities: " + e.getMessage(), e);
            return;
        }
        if (context.model().vocabulary().isEndOfGeneration(token)) {
            end(context, FinishReason.END_OF_TURN);
            return;
        }
        if (generatedCount++ == 0) {
            metrics.firstToken(current.age());
        }
        metrics.tokenGenerated();
        int top = current.request().topLogprobs();
        current.generated(
                token,
                top == GenerationRequest.NO_LOGPROBS
                        ? null
                        : logprobs.read(context, output, token, top));
        nextToken = token;
        if (generatedCount == current.request().maxTokens()
                || context.length(sequence) == context.sequenceCapacity()) {
            end(context, FinishReason.LENGTH);
        }
    }

    private void end(LlamaContext context, FinishReason reason) {
        Generation ended = vacate(context);
        if (ended != null) {
            metrics.ended(ended.age());
            ended.end(reason);
        }
    }

    void fail(@Nullable LlamaContext context, String reason, @Nullable Throwable cause) {
        Generation failed = vacate(context);
        if (failed != null) {
            metrics.failed();
            failed.fail(reason, cause);
        }
    }

    void abandon(@Nullable LlamaContext context) {
        Generation abandoned = vacate(context);
        if (abandoned != null) {
            abandoned.abandon();
        }
    }

    private @Nullable Generation vacate(@Nullable LlamaContext context) {
        Generation last = generation;
        generation = null;
        Sampler used = sampler;
        sampler = null;
        if (used != null) {
            used.close();
        }
        if (context != null) {
            context.truncate(sequence, 0);
        }
        return last;
    }
}
