package dev.loramill.llama.cli;

import dev.loramill.llama.binding.Batch;
import dev.loramill.llama.binding.DecodeOutcome;
import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.Sampler;
import dev.loramill.llama.binding.SamplerOptions;
import java.io.IOException;
import java.nio.file.Path;

/** A library through the binding, which chooses the likeliest token each time. */
final class LibraryContestant implements BenchContestant {
    private final LlamaModel model;
    private final LlamaContext context;
    private final Sampler sampler;
    private int turn;

    LibraryContestant(LlamaLibrary library, Path base, int threads) throws IOException {
        this.model = LlamaModel.load(library, base, LlamaModelOptions.defaults());
        this.context =
                LlamaContext.create(
                        model,
                        LlamaContextOptions.ofLength(PROMPT_TOKENS + GENERATED_TOKENS + 64)
                                .withThreads(threads, threads));
        this.sampler = Sampler.create(model, SamplerOptions.greedy());
    }

    @Override
    public String name() {
        return model.library().capabilities().name();
    }

    @Override
    public Speed measure() {
        double prefill = PROMPT_TOKENS / readPrompt();
        return new Speed(prefill, GENERATED_TOKENS / generate());
    }

    private double readPrompt() {
        context.clear();
        Batch batch = Batch.ofCapacity(PROMPT_TOKENS);
        for (int i = 0; i < PROMPT_TOKENS; i++) {
            batch.add(5 + (turn * 7 + i) % 200, 0, i == PROMPT_TOKENS - 1);
        }
        turn++;
        long start = System.nanoTime();
        decode(batch);
        return (System.nanoTime() - start) / 1e9;
    }

    private double generate() {
        Batch batch = Batch.ofCapacity(1);
        int index = PROMPT_TOKENS - 1;
        long start = System.nanoTime();
        for (int i = 0; i < GENERATED_TOKENS; i++) {
            int token = sampler.sample(context, index);
            batch.clear();
            index = batch.add(token, 0, true);
            decode(batch);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private void decode(Batch batch) {
        if (context.decode(batch) != DecodeOutcome.DONE) {
            throw new IllegalStateException("a decode was aborted");
        }
    }

    @Override
    public void close() {
        sampler.close();
        context.close();
        model.close();
    }
}
