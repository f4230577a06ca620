package dev.loramill.llama.cli;

import dev.loramill.llama.binding.Batch;
import dev.loramill.llama.binding.DecodeOutcome;
import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaModel;
import java.util.Arrays;

/**
 * What the binding adds to one call of {@code llama_decode}: filling the batch, its checks, the
 * positions and the bookkeeping.
 *
 * @param checkedNanos median time of {@link LlamaContext#decode}
 * @param bareNanos median time of the bare C function
 */
record DecodeOverhead(double checkedNanos, double bareNanos) {
    private static final int TOKENS = 64;
    private static final int TOKEN = 40;

    /** Nanoseconds that the binding adds to one call. */
    double addedNanos() {
        return checkedNanos - bareNanos;
    }

    /** Measures with single tokens, in turn, on a model that should be as small as possible. */
    static DecodeOverhead measure(LlamaModel model, int rounds) {
        long[] checked = new long[rounds * TOKENS];
        long[] bare = new long[rounds * TOKENS];
        try (LlamaContext context =
                LlamaContext.create(model, LlamaContextOptions.ofLength(4 * TOKENS))) {
            Batch batch = Batch.ofCapacity(1);
            // The first rounds compile the code.
            for (int round = -rounds / 2; round < rounds; round++) {
                int at = Math.max(0, round) * TOKENS;
                context.clear();
                for (int i = 0; i < TOKENS; i++) {
                    checked[at + i] = timeDecode(context, batch);
                }
                context.clear();
                batch.clear();
                batch.add(TOKEN, 0, true);
                for (int i = 0; i < TOKENS; i++) {
                    bare[at + i] = context.timeBareDecode(batch, i);
                }
                context.clear();
            }
        }
        return new DecodeOverhead(median(checked), median(bare));
    }

    private static long timeDecode(LlamaContext context, Batch batch) {
        long start = System.nanoTime();
        batch.clear();
        batch.add(TOKEN, 0, true);
        DecodeOutcome outcome = context.decode(batch);
        long time = System.nanoTime() - start;
        if (outcome != DecodeOutcome.DONE) {
            throw new IllegalStateException("a decode was aborted");
        }
        return time;
    }

    private static double median(long[] times) {
        Arrays.sort(times);
        return times[times.length / 2];
    }
}
