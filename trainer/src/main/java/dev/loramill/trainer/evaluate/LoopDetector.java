package dev.loramill.trainer.evaluate;

import java.util.HashSet;
import java.util.Set;

/**
 * Tells whether a generated answer loops, by either of two signs: a passage of at most {@value
 * #LONGEST_PERIOD} tokens that stands three times or more in a row, over at least {@value
 * #SHORTEST_RUN} tokens; or, in an answer of at least {@value #SHORTEST_LONG_ANSWER} tokens, more
 * than half of its runs of {@value #GRAM} tokens standing earlier in it.
 */
final class LoopDetector {
    static final int LONGEST_PERIOD = 64;
    static final int SHORTEST_RUN = 12;
    static final int GRAM = 4;
    static final int SHORTEST_LONG_ANSWER = 64;

    private LoopDetector() {}

    static boolean isLooping(int[] tokens) {
        for (int period = 1; period <= LONGEST_PERIOD && 3 * period <= tokens.length; period++) {
            if (longestRepetition(tokens, period) >= Math.max(2 * period, SHORTEST_RUN)) {
                return true;
            }
        }
        return tokens.length >= SHORTEST_LONG_ANSWER && repeatedGramShare(tokens) > 0.5;
    }

    /** Length of the longest run of tokens that each equal the one a period before. */
    private static int longestRepetition(int[] tokens, int period) {
        int longest = 0;
        int run = 0;
        for (int i = period; i < tokens.length; i++) {
            run = tokens[i] == tokens[i - period] ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    private static double repeatedGramShare(int[] tokens) {
        record Gram(int first, int second, int third, int fourth) {}
        Set<Gram> seen = new HashSet<>();
        int grams = tokens.length - GRAM + 1;
        int repeated = 0;
        for (int i = 0; i < grams; i++) {
            Gram gram = new Gram(tokens[i], tokens[i + 1], tokens[i + 2], tokens[i + 3]);
            if (!seen.add(gram)) {
                repeated++;
            }
        }
        return (double) repeated / grams;
    }
}
