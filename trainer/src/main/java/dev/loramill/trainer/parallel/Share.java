package dev.loramill.trainer.parallel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One process's place among those that share each step.
 *
 * @param rank which of them, from 0; the first alone reports and writes
 * @param size how many they are
 */
public record Share(int rank, int size) {
    /** The only process of a run. */
    public static final Share WHOLE = new Share(0, 1);

    /** Most processes of a run. */
    public static final int MOST = 64;

    /** Checks the ranges. */
    public Share {
        if (size < 1 || size > MOST || rank < 0 || rank >= size) {
            throw new IllegalArgumentException(
                    "rank must be in [0, size) and size in [1, "
                            + MOST
                            + "], got "
                            + rank
                            + " and "
                            + size);
        }
    }

    /** Whether this process reports and writes. */
    public boolean isFirst() {
        return rank == 0;
    }

    /**
     * Deals things out by weight, so that every process gets as many, give or take one, and about
     * the same weight; needs no talk, since all processes deal alike.
     *
     * @return indices of this process's things, ascending
     */
    public List<Integer> deal(int[] weights) {
        List<Integer> heaviestFirst =
                IntStream.range(0, weights.length)
                        .boxed()
                        .sorted(Comparator.comparingInt((Integer i) -> -weights[i]))
                        .toList();
        List<Integer> own = new ArrayList<>();
        for (int position = 0; position < weights.length; position++) {
            // Back and forth, since the same process would get the heavier one of every round.
            int inRound = position % size;
            int receiver = position / size % 2 == 0 ? inRound : size - 1 - inRound;
            if (receiver == rank) {
                own.add(heaviestFirst.get(position));
            }
        }
        own.sort(Comparator.naturalOrder());
        return own;
    }
}
