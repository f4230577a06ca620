package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Set;
import java.util.regex.Pattern;

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
    private static final Pattern LINE_BREAKS =
            Pattern.compile("[ \\t\\x0B\\f\\p{Zs}]*(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])");
    private static final Pattern MANY_LINE_BREAKS = Pattern.compile("\\n{3,}");
    private static final Pattern SPACES = Pattern.compile("[ \\t\\x0B\\f\\p{Zs}]+");

    NormalizeSpace {
        RuleIds.check(id);
    }

    @Override
    public Phase phase() {
        return Phase.STRIP;
    }

    @Override
    public TextRewrite compile() {
        return new TextRewrite(Set.of(), NormalizeSpace::normalize);
    }

    private static String normalize(String text) {
        if (isNormal(text)) {
            return text;
        }
        String lines = LINE_BREAKS.matcher(text).replaceAll("\n");
        String fewLines = MANY_LINE_BREAKS.matcher(lines).replaceAll("\n\n");
        return Space.strip(SPACES.matcher(fewLines).replaceAll(" "));
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
