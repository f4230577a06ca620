package dev.loramill.clean.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sampling and split of rows, by keyed hashes of what the rows say. */
public final class KeyedHashSampler {
    private static final Comparator<Ranked> BY_RANK =
            ((Comparator<Ranked>) (a, b) -> Long.compareUnsigned(a.rank, b.rank))
                    .thenComparing(Ranked::digest);

    private KeyedHashSampler() {}

    private record Ranked(long rank, String digest) {}

    /**
     * Draws rows without regard to their order: those with the smallest hashes.
     *
     * @param digests digests of all rows
     * @param count rows to draw; all when there are fewer
     * @return the digests drawn, in the order of their hashes, which mixes them
     */
    public static List<String> sample(List<String> digests, int count, long seed) {
        KeyedHash hash = new KeyedHash("sample", seed);
        Ranked[] ranked =
                digests.stream()
                        .map(digest ->
                                new Ranked(hash.rank(HexFormat.of().parseHex(digest)), digest))
                        .toArray(Ranked[]::new);
        Arrays.sort(ranked, BY_RANK);
        List<String> drawn = new ArrayList<>(Math.min(count, ranked.length));
        for (int i = 0; i < ranked.length && i < count; i++) {
            drawn.add(ranked[i].digest);
        }
        return drawn;
    }

    /**
     * Chooses the questions that are held out: those whose hash falls below the fraction, and when
     * none does, the one with the smallest.
     *
     * @param questions digests of questions, as hexadecimal digits; may repeat
     * @return those held out
     */
    public static Set<String> heldOut(Iterable<String> questions, double fraction, long seed) {
        KeyedHash hash = new KeyedHash("split", seed);
        Map<String, Long> ranks = new HashMap<>();
        for (String question : questions) {
            ranks.computeIfAbsent(question, digest -> hash.rank(HexFormat.of().parseHex(digest)));
        }
        Set<String> held = new LinkedHashSet<>();
        ranks.forEach((question, rank) -> {
            if (KeyedHash.fraction(rank) < fraction) {
                held.add(question);
            }
        });
        if (held.isEmpty()) {
            ranks.entrySet().stream()
                    .map(entry -> new Ranked(entry.getValue(), entry.getKey()))
                    .min(BY_RANK)
                    .ifPresent(first -> held.add(first.digest));
        }
        return held;
    }
}
