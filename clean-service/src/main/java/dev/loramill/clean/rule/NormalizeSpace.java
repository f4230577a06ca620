package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Set;

/**
 * Makes one space of each run of spaces, at most two line breaks of a run of them, and takes white
 * space from both ends.
 *
 * @param id name of the rule
 * @param field messages that it acts on
 * @param examples what it changes and what it leaves alone
 */
record NormalizeSpace(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) Field field,
        @JsonProperty(required = true) RewriteExamples examples)
        implements RewriteRule {
    private static final int MOST_LINE_BREAKS = 2;

    NormalizeSpace {
        RuleIds.check(id, field, examples);
    }

    @Override
    public Phase phase() {
        return Phase.STRIP;
    }

    @Override
    public TextRewrite compile() {
        return new TextRewrite(Set.of(), (text, _) -> normalize(text));
    }

    private static String normalize(String text) {
        if (isNormal(text)) {
            return text;
        }
        StringBuilder result = new StringBuilder(text.length());
        int lineBreaks = 0;
        boolean isAfterSpace = false;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (isBlank(character)) {
                isAfterSpace = true;
            } else if (isLineBreak(character)) {
                boolean isSecondHalf = character == '\n' && i > 0 && text.charAt(i - 1) == '\r';
                if (!isSecondHalf && ++lineBreaks <= MOST_LINE_BREAKS) {
                    result.append('\n');
                }
                isAfterSpace = false;
            } else {
                if (isAfterSpace) {
                    result.append(' ');
                }
                result.append(character);
                isAfterSpace = false;
                lineBreaks = 0;
            }
        }
        // What is left open at the end is white space, which is taken away.
        return Space.strip(result.toString());
    }

    private static boolean isBlank(char character) {
        return character == ' '
                || character == '\t'
                || character == '\u000B'
                || character == '\f'
                || Character.getType(character) == Character.SPACE_SEPARATOR;
    }

    private static boolean isLineBreak(char character) {
        return switch (character) {
            case '\n', '\r', '\u0085', '\u2028', '\u2029' -> true;
            default -> false;
        };
    }

    /** Whether no white space but single plain spaces stands in the text, and none at its ends. */
    private static boolean isNormal(String text) {
        boolean isAfterSpace = true;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            boolean isSpace = Space.isSpace(character);
            if (isSpace && (isAfterSpace || character != ' ')) {
                return false;
            }
            isAfterSpace = isSpace;
        }
        return text.isEmpty() || !isAfterSpace;
    }
}
