package dev.loramill.clean.rule;

import com.google.re2j.PatternSyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says a pattern of Java's in the words of RE2/J, where both mean the same. That is found out by
 * reading it: what is not known to be the same (looking around, references back, possessive
 * quantifiers, classes of Unicode, {@code $}, what repeats the empty text) has no translation.
 */
final class LinearPattern {
    /** Largest program; its size is what a character costs at worst. */
    private static final int LARGEST_PROGRAM = 1_000;

    private static final int MOST_REPEATS = 1_000;
    private static final int DEEPEST = 50;
    private static final String JAVA_SPACE = "\\t\\n\\x0B\\f\\r ";
    private static final String PUNCTUATION = "!-/:-@\\[-`{-~";
    private static final String ESCAPED = ".*+?()[]{}|^$\\";

    private final String source;
    private final StringBuilder result = new StringBuilder();
    private int at;
    private int depth;
    private long repeats = 1;

    private LinearPattern(String source) {
        this.source = source;
    }

    /** The same pattern for RE2/J; null when there is none. */
    static com.google.re2j.@Nullable Pattern of(Pattern pattern) {
        int flags = pattern.flags();
        if ((flags & ~(Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)) != 0) {
            return null;
        }
        LinearPattern translation = new LinearPattern(pattern.pattern());
        try {
            translation.alternatives();
            if (translation.at != translation.source.length()) {
                return null;
            }
            com.google.re2j.Pattern linear =
                    com.google.re2j.Pattern.compile(
                            translation.result.toString(),
                            (flags & Pattern.CASE_INSENSITIVE) == 0
                                    ? 0
                                    : com.google.re2j.Pattern.CASE_INSENSITIVE);
            return linear.programSize() <= LARGEST_PROGRAM ? linear : null;
        } catch (UntranslatableException | PatternSyntaxException e) {
            return null;
        }
    }

    /** Translates alternatives; says whether one of them matches the empty text. */
    private boolean alternatives() {
        boolean isNullable = sequence();
        while (at < source.length() && peek() == '|') {
            result.append(take());
            isNullable |= sequence();
        }
        return isNullable;
    }

    private boolean sequence() {
        boolean isNullable = true;
        while (at < source.length() && peek() != '|' && peek() != ')') {
            boolean isAtomNullable = atom();
            isNullable &= quantified(isAtomNullable);
        }
        return isNullable;
    }

    private boolean atom() {
        char character = take();
        return switch (character) {
            case '(' -> group();
            case '[' -> {
                characterClass();
                yield false;
            }
            case '.' -> {
                result.append("[^\\n\\r\\x{85}\\x{2028}\\x{2029}]");
                yield false;
            }
            case '^' -> {
                result.append("\\A");
                yield true;
            }
            case '\\' -> escape();
            case '$', '*', '+', '?', '{' -> throw new UntranslatableException();
            default -> {
                literal(character);
                yield false;
            }
        };
    }

    private boolean group() {
        result.append('(');
        if (peek() == '?') {
            String opening =
                    source.startsWith("?:", at)
                            ? "?:"
                            : source.startsWith("?i:", at)
                                    ? "?i:"
                                    : source.startsWith("?-i:", at) ? "?-i:" : "";
            if (opening.isEmpty()) {
                throw new UntranslatableException();
            }
            result.append(opening);
            at += opening.length();
        }
        if (++depth > DEEPEST) {
            throw new UntranslatableException();
        }
        boolean isNullable = alternatives();
        depth--;
        if (take() != ')') {
            throw new UntranslatableException();
        }
        result.append(')');
        return isNullable;
    }

    private boolean escape() {
        char character = take();
        switch (character) {
            case 'd', 'D', 'w', 'W', 'n', 't', 'r' -> result.append('\\').append(character);
            case 's' -> result.append('[').append(JAVA_SPACE).append(']');
            case 'S' -> result.append("[^").append(JAVA_SPACE).append(']');
            case 'b', 'B', 'A', 'z' -> {
                result.append('\\').append(character);
                return true;
            }
            case 'p' -> {
                requirePunctuation();
                result.append('[').append(PUNCTUATION).append(']');
            }
            default -> escapedMark(character);
        }
        return false;
    }

    private void requirePunctuation() {
        if (!source.startsWith("{Punct}", at)) {
            throw new UntranslatableException();
        }
        at += "{Punct}".length();
    }

    private void escapedMark(char character) {
        if (character >= 128 || Character.isLetterOrDigit(character)) {
            throw new UntranslatableException();
        }
        literal(character);
    }

    private void characterClass() {
        result.append('[');
        if (peek() == '^') {
            result.append(take());
        }
        if (peek() == ']') {
            throw new UntranslatableException();
        }
        while (peek() != ']') {
            char character = take();
            if (character == '[' || character == '&' || character == '^') {
                throw new UntranslatableException();
            }
            if (character == '\\' && isSet()) {
                if (peek() == '-') {
                    throw new UntranslatableException();
                }
                continue;
            }
            member(character);
            if (peek() == '-' && at + 1 < source.length() && source.charAt(at + 1) != ']') {
                result.append(take());
                char last = take();
                if (last == '[' || last == '&' || last == '^') {
                    throw new UntranslatableException();
                }
                member(last);
            }
        }
        result.append(take());
    }

    /** Translates a set within a class, such as {@code \\d}, when one comes. */
    private boolean isSet() {
        switch (peek()) {
            case 'd', 'w' -> result.append('\\').append(take());
            case 's' -> {
                take();
                result.append(JAVA_SPACE);
            }
            case 'p' -> {
                take();
                requirePunctuation();
                result.append(PUNCTUATION);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void member(char first) {
        char character = first == '\\' ? take() : first;
        if (first == '\\' && "ntr".indexOf(character) >= 0) {
            result.append('\\').append(character);
        } else if (first == '\\') {
            escapedMark(character);
        } else {
            literal(character);
        }
    }

    private void literal(char character) {
        if (Character.isSurrogate(character)
                || character >= 128 && Character.isLetter(character)
                || character < ' ' && character != '\n' && character != '\t') {
            throw new UntranslatableException();
        }
        if (ESCAPED.indexOf(character) >= 0 || character == '-') {
            result.append('\\');
        }
        result.append(character);
    }

    private boolean quantified(boolean isNullable) {
        char character = at < source.length() ? peek() : ' ';
        boolean isOptional = true;
        switch (character) {
            case '?', '*' -> result.append(take());
            case '+' -> {
                result.append(take());
                isOptional = false;
            }
            case '{' -> isOptional = counted();
            default -> {
                return isNullable;
            }
        }
        if (isNullable) {
            throw new UntranslatableException();
        }
        if (at < source.length() && peek() == '?') {
            result.append(take());
        }
        if (at < source.length() && "?*+{".indexOf(peek()) >= 0) {
            throw new UntranslatableException();
        }
        return isOptional;
    }

    private boolean counted() {
        int end = source.indexOf('}', at);
        if (end < 0) {
            throw new UntranslatableException();
        }
        String counts = source.substring(at + 1, end);
        if (!counts.matches("\\d{1,3}(,(\\d{1,3})?)?")) {
            throw new UntranslatableException();
        }
        // RE2/J writes repeats out, so their product is what counts.
        for (String count : counts.split(",", -1)) {
            repeats *= count.isEmpty() ? 1 : Math.max(1, Integer.parseInt(count));
        }
        if (repeats > MOST_REPEATS) {
            throw new UntranslatableException();
        }
        result.append('{').append(counts).append('}');
        at = end + 1;
        return Integer.parseInt(counts.split(",", -1)[0]) == 0;
    }

    private char peek() {
        if (at >= source.length()) {
            throw new UntranslatableException();
        }
        return source.charAt(at);
    }

    private char take() {
        char character = peek();
        at++;
        return character;
    }

    /** A pattern has no translation. */
    private static final class UntranslatableException extends RuntimeException {
        private static final long serialVersionUID = 1;

        UntranslatableException() {
            super("no translation", null, false, false);
        }
    }
}
