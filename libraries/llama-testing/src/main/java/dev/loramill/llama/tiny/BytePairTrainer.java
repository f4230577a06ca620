package dev.loramill.llama.tiny;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level byte-pair vocabulary in GPT-2's manner (Sennrich et al. 2016; Radford et al.
 * 2019): start from 256 bytes, join the most frequent neighbours again and again.
 */
final class BytePairTrainer {
    /** How the "smollm" pre-tokenizer cuts text: each digit alone, then GPT-2's words. */
    private static final Pattern WORDS =
            Pattern.compile(
                    "\\p{N}|'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

    /** A pair of neighbouring tokens. */
    private record Pair(String left, String right) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int order = left.compareTo(other.left);
            return order != 0 ? order : right.compareTo(other.right);
        }
    }

    private BytePairTrainer() {}

    /**
     * Learns joins.
     *
     * @return joins as {@code "left right"}, the earlier the stronger; fewer than asked for if the
     *     text has no more pairs that occur twice
     */
    static List<String> learn(String text, int count) {
        Map<List<String>, Integer> words = countWords(text);
        List<String> merges = new ArrayList<>();
        while (merges.size() < count) {
            Pair best = mostFrequent(words);
            if (best == null) {
                break;
            }
            merges.add(best.left() + " " + best.right());
            Map<List<String>, Integer> joined = new LinkedHashMap<>();
            words.forEach((word, times) -> joined.merge(join(word, best), times, Integer::sum));
            words = joined;
        }
        return merges;
    }

    private static Map<List<String>, Integer> countWords(String text) {
        Map<List<String>, Integer> words = new LinkedHashMap<>();
        Matcher matcher = WORDS.matcher(text);
        while (matcher.find()) {
            String word = text.substring(matcher.start(), matcher.end());
            words.merge(symbols(word), 1, Integer::sum);
        }
        return words;
    }

    private static List<String> symbols(String word) {
        List<String> symbols = new ArrayList<>();
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(symbol(b & 0xFF));
        }
        return symbols;
    }

    private static @org.jspecify.annotations.Nullable Pair mostFrequent(
            Map<List<String>, Integer> words) {
        Map<Pair, Integer> counts = new LinkedHashMap<>();
        words.forEach((word, times) -> {
            for (int i = 0; i + 1 < word.size(); i++) {
                counts.merge(new Pair(word.get(i), word.get(i + 1)), times, Integer::sum);
            }
        });
        Pair best = null;
        int most = 1;
        for (Map.Entry<Pair, Integer> entry : counts.entrySet()) {
            int times = entry.getValue();
            if (times > most
                    || times == most && best != null && entry.getKey().compareTo(best) < 0) {
                best = entry.getKey();
                most = times;
            }
        }
        return best;
    }

    private static List<String> join(List<String> word, Pair pair) {
        List<String> joined = new ArrayList<>(word.size());
        for (int i = 0; i < word.size(); i++) {
            if (i + 1 < word.size()
                    && word.get(i).equals(pair.left())
                    && word.get(i + 1).equals(pair.right())) {
                joined.add(pair.left() + pair.right());
                i++;
            } else {
                joined.add(word.get(i));
            }
        }
        return joined;
    }

    /**
     * The printable character that stands for a byte in GPT-2's vocabularies: itself where it is
     * visible in Latin-1, else the next free one from U+0100 on.
     */
    static String symbol(int value) {
        if (isVisible(value)) {
            return String.valueOf((char) value);
        }
        int before = 0;
        for (int b = 0; b < value; b++) {
            if (!isVisible(b)) {
                before++;
            }
        }
        return String.valueOf((char) (256 + before));
    }

    private static boolean isVisible(int value) {
        return value >= '!' && value <= '~'
                || value >= 0xA1 && value <= 0xAC
                || value >= 0xAE && value <= 0xFF;
    }
}
