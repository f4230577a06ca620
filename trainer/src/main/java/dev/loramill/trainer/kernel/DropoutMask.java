package dev.loramill.trainer.kernel;

import dev.loramill.llama.gguf.LoraTarget;

/**
 * Says which elements of the adapters' inputs are dropped, for one input of a batch's rows.
 *
 * <p>An element is dropped by a hash of the step, the block, the input, the place that its token
 * has in the data set, and its column. So nothing has to be kept for the backward pass or for a
 * resumed run; and a token loses the same elements whichever process, forward pass or row of a
 * packed sequence it comes to lie in, and whatever it is computed on.
 *
 * <p>The hash of a column c is that of {@code c ·} {@link #STRIDE} {@code xor} {@link #rowKey},
 * mixed as the 32-bit finalizer of MurmurHash3 does; the element is dropped if the upper 24 bits
 * are below {@link #threshold}.
 */
public final class DropoutMask {
    /** Sets the hashes of neighbouring columns apart. */
    public static final int STRIDE = 0x9E3779B1;

    /** First multiplier of the finalizer, between shifts by 16 and by 13. */
    public static final int FIRST_FACTOR = 0x85ebca6b;

    /** Second multiplier of the finalizer, between shifts by 13 and by 16. */
    public static final int SECOND_FACTOR = 0xc2b2ae35;

    private final long key;
    private final long[] origins;

    /**
     * Makes the mask of a batch.
     *
     * @param key another one for each step
     * @param origins for each row the place of its token in the data set; not to be changed
     */
    public DropoutMask(long key, long[] origins) {
        this.key = key;
        this.origins = origins;
    }

    /** The key of a step, counted from 0. */
    public static long keyOf(long seed, int step) {
        return mix(seed, step);
    }

    /** The mask of a block, for its inputs to follow from. */
    public DropoutMask ofBlock(int block) {
        return new DropoutMask(mix(key, block), origins);
    }

    /** The mask of a target's input; targets that share the input share the mask. */
    public DropoutMask ofInput(LoraTarget target) {
        int input =
                switch (target) {
                    case Q, K, V -> 0;
                    case O -> 1;
                    case GATE, UP -> 2;
                    case DOWN -> 3;
                };
        return new DropoutMask(mix(key, input), origins);
    }

    /** Number of rows. */
    public int rows() {
        return origins.length;
    }

    /** What the hashes of a row's elements begin with. */
    public int rowKey(int row) {
        return (int) (mix(key, origins[row]) >>> 16);
    }

    /** Hashes of 24 bits below this are dropped. */
    public static int threshold(double probability) {
        return (int) Math.round(probability * (1 << 24));
    }

    private static long mix(long key, long number) {
        long z = key + 0x9E3779B97F4A7C15L * (number + 1);
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
