package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts a text in the place of every match; a match at the beginning of a sentence is replaced with
 * a capital letter.
 *
 * @param id name of the rule
 * @param field messages that it acts on
 * @param phrases literal phrases
 * @param patterns regular expressions
 * @param triggers literals of which one stands wherever a pattern matches
 * @param caseSensitive whether case counts
 * @param with what takes the place; {@code $1} names a group of the pattern; empty takes the match
 *     away with one white space beside it
 * @param examples what it changes and what it leaves alone
 */
record Replace(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) Field field,
        @Nullable List<String> phrases,
        @Nullable List<String> patterns,
        @Nullable List<String> triggers,
        boolean caseSensitive,
        @JsonProperty(required = true) String with,
        @JsonProperty(required = true) RewriteExamples examples)
        implements RewriteRule {
    Replace {
        RuleIds.check(id, field, examples);
        Phrases all = Phrases.of(phrases, patterns, triggers, caseSensitive);
        phrases = all.phrases();
        patterns = all.patterns();
        triggers = all.triggers();
        requireGroups(with, all.groupCount());
    }

    private static void requireGroups(String with, int most) {
        for (int i = 0; i + 1 < with.length(); i++) {
            char digit = with.charAt(i + 1);
            if (with.charAt(i) == '$' && Character.isDigit(digit)) {
                if (digit - '0' > most || digit > '9') {
                    throw new IllegalArgumentException(
                            "\"with\" names the group $%c, its patterns have %d groups; name one of them, or leave out the \"$\""
                                    .formatted(digit, most));
                }
                i++;
            }
        }
    }

    @Override
    public Phase phase() {
        return Phase.SUBSTITUTE;
    }

    @Override
    public TextRewrite compile() {
        Phrases all = Phrases.of(phrases, patterns, triggers, caseSensitive);
        SearchPattern pattern = all.compile("", "");
        return TextRewrite.of(List.of(all), (text, budget) -> replace(text, pattern, budget));
    }

    private String replace(String text, SearchPattern pattern, StepBudget budget) {
        SearchPattern.Search search = pattern.in(text, budget);
        BoundedText result = new BoundedText(text, budget);
        while (search.find()) {
            if (search.start() == search.end()) {
                continue;
            }
            result.keep(search.start());
            String replacement = expand(search, result.length(), budget);
            boolean isOpen = replacement.isEmpty() && endsOpen(result.soFar());
            result.put(
                    beginsSentence(result.soFar()) ? Capitals.atStart(replacement) : replacement,
                    search.end());
            if (isOpen) {
                result.skipSpace();
            }
        }
        return result.end();
    }

    private String expand(SearchPattern.Search search, int before, StepBudget budget) {
        StringBuilder expanded = new StringBuilder();
        for (int i = 0; i < with.length(); i++) {
            char character = with.charAt(i);
            boolean isGroup =
                    character == '$'
                            && i + 1 < with.length()
                            && Character.isDigit(with.charAt(i + 1));
            if (isGroup) {
                String group = search.group(with.charAt(++i) - '0');
                int length = group == null ? 0 : group.length();
                budget.grow((long) before + expanded.length() + length, length);
                expanded.append(group == null ? "" : group);
            } else {
                expanded.append(character);
            }
        }
        return expanded.toString();
    }

    private static boolean endsOpen(CharSequence text) {
        return text.isEmpty() || Space.isSpace(text.charAt(text.length() - 1));
    }

    private static boolean beginsSentence(CharSequence before) {
        int i = before.length();
        while (i > 0 && Space.isSpace(before.charAt(i - 1))) {
            i--;
        }
        return i == 0 || ".!?".indexOf(before.charAt(i - 1)) >= 0;
    }
}
