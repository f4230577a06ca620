package dev.loramill.trainer.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Sines and cosines of the rotary position embedding for every position of a sequence.
 *
 * <p>Frequencies and angles are rounded to single precision as PyTorch's are, so that long
 * positions agree with it.
 */
public final class RotaryTable {
    /** Which elements of a head are rotated together. */
    public enum Pairing {
        /** Neighbours (0, 1), (2, 3) …: the layout of architecture {@code llama} in GGUF. */
        INTERLEAVED,
        /** The first half with the second half: the layout of {@code qwen2} and {@code qwen3}. */
        HALVES
    }

    private final Pairing pairing;
    private final int dimensions;
    private final float[] cosines;
    private final float[] sines;

    /**
     * Computes the table.
     *
     * @param dimensions leading elements of a head that are rotated; even
     * @param base base of the frequencies
     * @param factors divisor of each of the {@code dimensions / 2} frequencies, or null
     * @param positions number of positions
     */
    public RotaryTable(
            Pairing pairing,
            int dimensions,
            float base,
            float @Nullable [] factors,
            int positions) {
        int pairs = dimensions / 2;
        if (factors != null && factors.length < pairs) {
            throw new IllegalArgumentException(
                    "rope factors must be at least " + pairs + ", got " + factors.length);
        }
        this.pairing = pairing;
        this.dimensions = dimensions;
        int width = pairing == Pairing.INTERLEAVED ? dimensions : pairs;
        this.cosines = new float[positions * width];
        this.sines = new float[positions * width];
        for (int pair = 0; pair < pairs; pair++) {
            float frequency = (float) (1.0 / Math.pow(base, 2.0 * pair / dimensions));
            if (factors != null) {
                frequency /= factors[pair];
            }
            for (int position = 0; position < positions; position++) {
                float angle = position * frequency;
                float cosine = (float) Math.cos(angle);
                float sine = (float) Math.sin(angle);
                if (pairing == Pairing.INTERLEAVED) {
                    int at = position * width + 2 * pair;
                    cosines[at] = cosine;
                    cosines[at + 1] = cosine;
                    sines[at] = -sine;
                    sines[at + 1] = sine;
                } else {
                    cosines[position * width + pair] = cosine;
                    sines[position * width + pair] = sine;
                }
            }
        }
    }

    Pairing pairing() {
        return pairing;
    }

    int dimensions() {
        return dimensions;
    }

    /** Number of pairs of elements that are rotated together. */
    public int pairs() {
        return dimensions / 2;
    }

    /** Cosine of a pair's angle at a position. */
    public float cosine(int position, int pair) {
        return cosines[at(position, pair)];
    }

    /** Sine of a pair's angle at a position. */
    public float sine(int position, int pair) {
        return sines[at(position, pair)];
    }

    private int at(int position, int pair) {
        return switch (pairing) {
            case INTERLEAVED -> position * dimensions + 2 * pair + 1;
            case HALVES -> position * (dimensions / 2) + pair;
        };
    }

    /** Rotates one head at {@code offset} of {@code row}; backwards undoes it. */
    void rotate(float[] row, int offset, int position, boolean backwards) {
        if (pairing == Pairing.INTERLEAVED) {
            RotaryKernels.rotateInterleaved(
                    row, offset, cosines, sines, position * dimensions, dimensions, backwards);
        } else {
            int pairs = dimensions / 2;
            RotaryKernels.rotateHalves(
                    row, offset, cosines, sines, position * pairs, pairs, backwards);
        }
    }
}
