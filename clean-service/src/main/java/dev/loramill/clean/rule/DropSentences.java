package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.loramill.clean.rule.SentenceMatch.Where;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Drops every sentence of a message that matches.
 *
 * @param id name of the rule
 * @param field messages that it acts on
 * @param phrases literal phrases
 * @param patterns regular expressions
 * @param triggers literals of which one stands wherever a pattern matches
 * @param caseSensitive whether case counts
 * @param where where in the sentence a phrase has to stand; null means anywhere
 * @param maxWords longest sentence that is dropped, in words; null for no limit
 * @param examples what it changes and what it leaves alone
 */
record DropSentences(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) Field field,
        @Nullable List<String> phrases,
        @Nullable List<String> patterns,
        @Nullable List<String> triggers,
        boolean caseSensitive,
        @Nullable Where where,
        @Nullable Integer maxWords,
        @JsonProperty(required = true) RewriteExamples examples)
        implements RewriteRule {
    DropSentences {
        RuleIds.check(id, field, examples);
        Phrases all = Phrases.of(phrases, patterns, triggers, caseSensitive);
        new SentenceMatch(all, where, maxWords);
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
        SentenceMatch match = new SentenceMatch(all, where, maxWords);
        return TextRewrite.of(List.of(all), (text, budget) -> drop(text, match, budget));
    }

    private static String drop(String text, SentenceMatch match, StepBudget budget) {
        StringBuilder kept = new StringBuilder(text.length());
        for (String sentence : Sentences.split(text)) {
            if (!match.test(sentence, budget)) {
                kept.append(sentence);
            }
        }
        return kept.length() == text.length() ? text : Space.strip(kept.toString());
    }
}
