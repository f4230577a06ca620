package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes phrases from the beginning of a message, with the punctuation after them, until none stands
 * there any more.
 *
 * @param id name of the rule
 * @param field messages that it acts on
 * @param phrases literal phrases
 * @param patterns regular expressions
 * @param triggers literals of which one stands wherever a pattern matches
 * @param caseSensitive whether case counts
 * @param examples what it changes and what it leaves alone
 */
record StripPrefix(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) Field field,
        @Nullable List<String> phrases,
        @Nullable List<String> patterns,
        @Nullable List<String> triggers,
        boolean caseSensitive,
        @JsonProperty(required = true) RewriteExamples examples)
        implements RewriteRule {
    private static final String PUNCTUATION = ",.;:!?-–—…)*~";

    StripPrefix {
        RuleIds.check(id, field, examples);
        Phrases all = Phrases.of(phrases, patterns, triggers, caseSensitive);
        phrases = all.phrases();
        patterns = all.patterns();
        triggers = all.triggers();
    }

    @Override
    public Phase phase() {
        return Phase.STRIP;
    }

    @Override
    public TextRewrite compile() {
        Phrases all = Phrases.of(phrases, patterns, triggers, caseSensitive);
        SearchPattern pattern = all.compile("", "");
        return TextRewrite.of(List.of(all), (text, budget) -> strip(text, pattern, budget));
    }

    private static String strip(String text, SearchPattern pattern, StepBudget budget) {
        int rest = 0;
        while (true) {
            int start = Space.skip(text, rest, PUNCTUATION);
            budget.spend(start - rest + 1L);
            SearchPattern.Search search = pattern.in(text, start, text.length(), budget);
            if (!search.lookingAt() || search.end() == 0) {
                break;
            }
            rest = Space.skip(text, start + search.end(), PUNCTUATION);
        }
        return rest == 0 ? text : Capitals.atStart(text.substring(rest));
    }
}
