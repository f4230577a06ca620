package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a row when something stands in a message after stripping.
 *
 * @param id name of the rule
 * @param field messages that it looks at
 * @param phrases literal phrases
 * @param patterns regular expressions
 * @param triggers literals of which one stands wherever a pattern matches
 * @param caseSensitive whether case counts
 * @param because what is wrong with such a row, for a person
 * @param examples what it refuses and what it lets pass
 */
public record RejectIf(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) Field field,
        @Nullable List<String> phrases,
        @Nullable List<String> patterns,
        @Nullable List<String> triggers,
        boolean caseSensitive,
        @JsonProperty(required = true) String because,
        @JsonProperty(required = true) Examples examples)
        implements Rule {
    public RejectIf {
        RuleIds.check(id, field, examples);
        Phrases all = Phrases.of(phrases, patterns, triggers, caseSensitive);
        phrases = all.phrases();
        patterns = all.patterns();
        triggers = all.triggers();
        if (because.isBlank()) {
            throw new IllegalArgumentException("because must not be blank");
        }
    }

    /** Makes the rule ready to run. */
    public TextVerdict compile() {
        Phrases all = Phrases.of(phrases, patterns, triggers, caseSensitive);
        SearchPattern pattern = all.compile("", "");
        return new TextVerdict(all.literals(), (text, budget) -> find(text, pattern, budget));
    }

    @Override
    public List<String> failingExamples(StepBudget budget) {
        TextVerdict verdict = Gated.verdict(compile());
        List<String> failing = new ArrayList<>();
        for (String text : examples.rejects()) {
            if (verdict.finding(text, budget) == null) {
                failing.add("rule \"%s\" must reject \"%s\", it keeps it".formatted(id, text));
            }
        }
        for (String text : examples.keeps()) {
            String found = verdict.finding(text, budget);
            if (found != null) {
                failing.add(
                        "rule \"%s\" must keep \"%s\", it rejects it for \"%s\""
                                .formatted(id, text, found));
            }
        }
        return List.copyOf(failing);
    }

    private static @Nullable String find(String text, SearchPattern pattern, StepBudget budget) {
        SearchPattern.Search search = pattern.in(text, budget);
        return search.find() ? search.group(0) : null;
    }

    /**
     * Examples of a rule that refuses.
     *
     * @param rejects texts that it refuses, at least one
     * @param keeps texts that it must let pass, at least one
     */
    public record Examples(
            @JsonProperty(required = true) List<String> rejects,
            @JsonProperty(required = true) List<String> keeps) {
        public Examples {
            rejects = List.copyOf(rejects);
            keeps = List.copyOf(keeps);
            if (rejects.isEmpty() || keeps.isEmpty()) {
                throw new IllegalArgumentException(
                        "examples must hold at least one entry in \"rejects\" and one in \"keeps\","
                                + " got %d and %d".formatted(rejects.size(), keeps.size()));
            }
        }
    }
}
