package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes phrases from the end of a message, with the punctuation after them, until none stands there
 * any more.
 *
 * @param id name of the rule
 * @param field messages that it acts on
 * @param phrases literal phrases
 * @param patterns regular expressions
 * @param triggers literals of which one stands wherever a pattern matches
 * @param caseSensitive whether case counts
 * @param examples what it changes and what it leaves alone
 */
record StripSuffix(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) Field field,
        @Nullable List<String> phrases,
        @Nullable List<String> patterns,
        @Nullable List<String> triggers,
        boolean caseSensitive,
        @JsonProperty(required = true) RewriteExamples examples)
        implements RewriteRule {
    private static final String PUNCTUATION = ",.;:!?-–—…(*~";
    private static final String DANGLING = ",;:-–—(*~";

    /** Longest stretch at the end that is looked at, in characters. */
    private static final int WINDOW = 240;

    StripSuffix {
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
        SearchPattern pattern = all.compile("", "\\z");
        return TextRewrite.of(List.of(all), (text, budget) -> strip(text, pattern, budget));
    }

    private static String strip(String text, SearchPattern pattern, StepBudget budget) {
        int rest = text.length();
        while (true) {
            int end = Space.skipBack(text, rest, PUNCTUATION);
            budget.spend(rest - end + 1L);
            SearchPattern.Search search =
                    pattern.in(text, 0, end, budget).after(Math.max(0, end - WINDOW));
            if (!search.find() || search.start() == search.end()) {
                break;
            }
            rest = Space.skipBack(text, search.start(), DANGLING);
        }
        return text.substring(0, rest);
    }
}
