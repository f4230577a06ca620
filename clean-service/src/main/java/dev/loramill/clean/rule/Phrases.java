package dev.loramill.clean.rule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a rule looks for: literal phrases and patterns.
 *
 * <p>In a phrase a space stands for any run of white space, an apostrophe for a straight or a curly
 * one, and the phrase does not match inside a longer word. A pattern is a Java regular expression.
 *
 * @param phrases literal phrases
 * @param patterns regular expressions
 * @param triggers literals of which one stands wherever a pattern matches; empty: the patterns run
 *     on every text
 * @param caseSensitive whether case counts
 */
record Phrases(
        List<String> phrases, List<String> patterns, List<String> triggers, boolean caseSensitive) {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final Pattern WORD_BREAK = Pattern.compile("[\\s'’]+");
    private static final int MAX_LENGTH = 1_000;

    Phrases {
        phrases = List.copyOf(phrases);
        patterns = List.copyOf(patterns);
        triggers = List.copyOf(triggers);
        if (phrases.isEmpty() && patterns.isEmpty()) {
            throw new IllegalArgumentException(
                    "a rule must have at least one entry in \"phrases\" or \"patterns\"");
        }
        for (String phrase : phrases) {
            requireLength("phrase", phrase);
        }
        for (String pattern : patterns) {
            requireLength("pattern", pattern);
            requirePattern(pattern);
        }
        for (String trigger : triggers) {
            requireLength("trigger", trigger);
            if (!isAscii(trigger)) {
                throw new IllegalArgumentException(
                        "a trigger must be ASCII, got \"%s\"".formatted(trigger));
            }
        }
    }

    static Phrases of(
            @Nullable List<String> phrases,
            @Nullable List<String> patterns,
            @Nullable List<String> triggers,
            boolean caseSensitive) {
        return new Phrases(
                phrases == null ? List.of() : phrases,
                patterns == null ? List.of() : patterns,
                triggers == null ? List.of() : triggers,
                caseSensitive);
    }

    /** A pattern that matches any of the phrases and patterns between a prefix and a suffix. */
    SearchPattern compile(String prefix, String suffix) {
        List<String> alternatives = new ArrayList<>();
        phrases.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Phrases::phrasePattern)
                .forEach(alternatives::add);
        patterns.forEach(pattern -> alternatives.add("(?:" + pattern + ")"));
        int flags = caseSensitive ? 0 : Pattern.CASE_INSENSITIVE;
        if (!phrases.stream().allMatch(Phrases::isAscii)
                || !patterns.stream().allMatch(Phrases::isAscii)) {
            flags |= Pattern.UNICODE_CASE;
        }
        return new SearchPattern(
                Pattern.compile(
                        prefix + "(?:" + String.join("|", alternatives) + ")" + suffix, flags));
    }

    /** Groups of all patterns together, as {@link #compile} numbers them. */
    int groupCount() {
        return patterns.stream()
                .mapToInt(pattern -> Pattern.compile(pattern).matcher("").groupCount())
                .sum();
    }

    /** Lower-case literals of which one stands in every text that holds a match; maybe empty. */
    Set<String> literals() {
        if (!patterns.isEmpty() && triggers.isEmpty()) {
            return Set.of();
        }
        Set<String> literals = new LinkedHashSet<>();
        for (String phrase : phrases) {
            if (!isAscii(phrase)) {
                return Set.of();
            }
            String word = longestWord(phrase).toLowerCase(Locale.ROOT);
            if (word.isEmpty()) {
                return Set.of();
            }
            literals.add(word);
        }
        triggers.forEach(trigger -> literals.add(trigger.toLowerCase(Locale.ROOT)));
        return literals;
    }

    static Set<String> triggersOf(List<Phrases> all) {
        Set<String> triggers = new LinkedHashSet<>();
        for (Phrases phrases : all) {
            Set<String> literals = phrases.literals();
            if (literals.isEmpty()) {
                return Set.of();
            }
            triggers.addAll(literals);
        }
        return triggers;
    }

    private static String phrasePattern(String phrase) {
        String body =
                SPACE.splitAsStream(phrase.strip())
                        .map(Phrases::wordPattern)
                        .collect(Collectors.joining("\\s+"));
        String stripped = phrase.strip();
        String before = isWordCharacter(stripped.charAt(0)) ? "(?<![\\p{L}\\p{N}])" : "";
        String after =
                isWordCharacter(stripped.charAt(stripped.length() - 1)) ? "(?![\\p{L}\\p{N}])" : "";
        return before + body + after;
    }

    private static String wordPattern(String word) {
        return Arrays.stream(word.split("['’]", -1))
                .map(part -> part.isEmpty() ? "" : Pattern.quote(part))
                .collect(Collectors.joining("['’]"));
    }

    private static String longestWord(String phrase) {
        return WORD_BREAK
                .splitAsStream(phrase)
                .max(Comparator.comparingInt(String::length))
                .orElse(phrase);
    }

    private static boolean isWordCharacter(char character) {
        return Character.isLetterOrDigit(character);
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(character -> character < 128 || character == '’');
    }

    private static void requireLength(String what, String text) {
        if (text.isBlank() || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a %s must have 1 to %d characters, not only white space, got \"%s\""
                            .formatted(what, MAX_LENGTH, text));
        }
    }

    private static void requirePattern(String pattern) {
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "pattern \"%s\" is not a regular expression: %s"
                            .formatted(pattern, e.getDescription()),
                    e);
        }
    }
}
