package dev.loramill.clean.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Splits a text into sentences that, joined, give the text again.
 *
 * <p>A sentence ends at a line break, or after a full stop, question or exclamation mark (with any
 * closing quotes and brackets) that is followed by white space, by the end, or by a capital letter
 * glued to it. A full stop after an abbreviation, an initial, or the number of a list entry does
 * not end one.
 */
final class Sentences {
    private static final Set<String> ABBREVIATIONS =
            Set.of(
                    "dr", "mr", "mrs", "ms", "prof", "st", "vs", "e.g", "i.e", "eg", "ie", "no",
                    "approx", "fig", "inc", "dept", "dist");
    private static final String CLOSING = "\"'”’)]";

    private Sentences() {}

    /** The sentences, each with the white space that follows it. */
    static List<String> split(String text) {
        List<String> sentences = new ArrayList<>();
        int start = 0;
        int i = 0;
        while (i < text.length()) {
            int end = endOfSentence(text, start, i);
            if (end < 0) {
                // Within a run of marks no sentence ends where none ends at its beginning.
                do {
                    i++;
                } while (i < text.length() && isMark(text.charAt(i - 1)) && isMark(text.charAt(i)));
                continue;
            }
            sentences.add(text.substring(start, end));
            start = end;
            i = end;
        }
        if (start < text.length()) {
            sentences.add(text.substring(start));
        }
        return sentences;
    }

    /** Index after the sentence and its white space when one ends at {@code i}; else -1. */
    private static int endOfSentence(String text, int start, int i) {
        char character = text.charAt(i);
        if (character == '\n') {
            return skipSpace(text, i + 1);
        }
        if (!isMark(character)) {
            return -1;
        }
        int after = i + 1;
        while (after < text.length() && isMark(text.charAt(after))) {
            after++;
        }
        while (after < text.length() && CLOSING.indexOf(text.charAt(after)) >= 0) {
            after++;
        }
        if (after == text.length()) {
            return after;
        }
        char next = text.charAt(after);
        boolean isGlued = Character.isUpperCase(next) && isLowerBefore(text, i);
        if (!Space.isSpace(next) && !isGlued) {
            return -1;
        }
        if (character == '.' && after == i + 1 && !endsSentence(text, start, i)) {
            return -1;
        }
        return skipSpace(text, after);
    }

    private static boolean isMark(char character) {
        return character == '.' || character == '!' || character == '?';
    }

    private static boolean isLowerBefore(String text, int i) {
        return i > 0 && Character.isLowerCase(text.charAt(i - 1));
    }

    /** Whether the full stop at {@code i} may end a sentence that begins at {@code start}. */
    private static boolean endsSentence(String text, int start, int i) {
        int wordStart = i;
        while (wordStart > start && !Space.isSpace(text.charAt(wordStart - 1))) {
            wordStart--;
        }
        String word = Space.stripStart(text.substring(wordStart, i), "(\"'“‘[");
        if (word.length() == 1 && Character.isUpperCase(word.charAt(0))) {
            return false;
        }
        if (ABBREVIATIONS.contains(word.toLowerCase(Locale.ROOT))) {
            return false;
        }
        boolean isListNumber =
                !word.isEmpty()
                        && word.length() <= 2
                        && word.chars().allMatch(Character::isDigit)
                        && text.substring(start, wordStart).isBlank();
        return !isListNumber;
    }

    private static int skipSpace(String text, int from) {
        int i = from;
        while (i < text.length() && Space.isSpace(text.charAt(i))) {
            i++;
        }
        return i;
    }
}
