package dev.loramill.llama.binding;

import java.util.Arrays;

/**
 * What the binding adds to one call of {@code llama_decode}: its checks, the positions and the
 * bookkeeping.
 *
 * @param checkedNanos median time of {@link LlamaContext#decode}
 * @param bareNanos median time of the bare C function
 */
public record DecodeOverhead(double checkedNanos, double bareNanos) {
    private static final int TOKENS = 64;
    private static final int TOKEN = 40;

    /** Nanoseconds that the binding adds to one call. */
    public double addedNanos() {
        return checkedNanos - bareNanos;
    }

    /** Measures with single tokens, in turn, on a model that should be as small as possible. */
    public static DecodeOverhead measure(LlamaModel model, int rounds) {
        double[] checked = new double[rounds];
        double[] bare = new double[rounds];
        try (LlamaContext context =
                LlamaContext.create(model, LlamaContextOptions.ofLength(4 * TOKENS))) {
            Batch batch = Batch.ofCapacity(1);
            // The first rounds compile the code.
            for (int round = -rounds / 2; round < rounds; round++) {
                double checkedTime = checkedNanos(context, batch);
                double bareTime = bareNanos(context, batch);
                if (round >= 0) {
                    checked[round] = checkedTime;
                    bare[round] = bareTime;
                }
            }
        }
        Arrays.sort(checked);
        Arrays.sort(bare);
        return new DecodeOverhead(checked[rounds / 2], bare[rounds / 2]);
    }

    private static double checkedNanos(LlamaContext context, Batch batch) {
        context.clear();
        long start = System.nanoTime();
        for (int i = 0; i < TOKENS; i++) {
            batch.clear();
            batch.add(TOKEN, 0, true);
            if (context.decode(batch) != DecodeOutcome.DONE) {
                throw new IllegalStateException("a decode was aborted");
            }
        }
        return (double) (System.nanoTime() - start) / TOKENS;
    }

    private static double bareNanos(LlamaContext context, Batch batch) {
        context.clear();
        batch.clear();
        batch.add(TOKEN, 0, true);
        long start = System.nanoTime();
        for (int i = 0; i < TOKENS; i++) {
            int code = context.decodeBare(batch, i);
            if (code != 0) {
                throw new IllegalStateException("llama_decode failed with code " + code);
            }
        }
        double time = (double) (System.nanoTime() - start) / TOKENS;
        context.clear();
        return time;
    }
}
