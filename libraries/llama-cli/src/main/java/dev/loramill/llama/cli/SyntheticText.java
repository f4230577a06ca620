package dev.loramill.llama.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Texts made from a seed, of words, numbers and signs in several scripts. */
final class SyntheticText {
    private static final int LENGTH = 1000;
    private static final String[] SYLLABLES = {
        "grain", "mill", "stone", "sack", "flour", "wheat", "ing", "er", "ly", "un", "re", "water",
        "ß", "é", "麦", "Rye", "OAT"
    };
    private static final String[] SIGNS = {
        " ", " ", " ", " ", ", ", ". ", "\n", "-", " 1847 ", "; "
    };

    private SyntheticText() {}

    /** A number of texts of about 1 KB. */
    static List<String> corpus(int count, long seed) {
        Random random = new Random(seed);
        List<String> corpus = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            while (text.length() < LENGTH) {
                for (int part = random.nextInt(3); part >= 0; part--) {
                    text.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
                }
                text.append(SIGNS[random.nextInt(SIGNS.length)]);
            }
            corpus.add(text.toString());
        }
        return corpus;
    }
}
