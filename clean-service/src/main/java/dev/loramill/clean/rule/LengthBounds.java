package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a row that is too short or too long after stripping: the sum over the messages of the
 * field counts.
 *
 * @param id name of the rule
 * @param field messages that are counted together
 * @param unit what is counted; null means words
 * @param min fewest units; null for no limit
 * @param max most units; null for no limit
 * @param examples lengths that it refuses and lengths that it lets pass
 */
public record LengthBounds(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) Field field,
        @Nullable Unit unit,
        @Nullable Integer min,
        @Nullable Integer max,
        @JsonProperty(required = true) Examples examples)
        implements Rule {
    public LengthBounds {
        RuleIds.check(id, field, examples);
        unit = unit == null ? Unit.WORDS : unit;
        if (min == null && max == null) {
            throw new IllegalArgumentException("\"min\", \"max\" or both must be given, got none");
        }
        if (min != null && min < 1) {
            throw new IllegalArgumentException("min must be >= 1, got " + min);
        }
        if (max != null && max < (min == null ? 1 : min)) {
            throw new IllegalArgumentException(
                    "max must be >= %d, got %d".formatted(min == null ? 1 : min, max));
        }
    }

    /** Length of one text. */
    public int measure(String text) {
        return unit == Unit.CHARACTERS ? text.codePointCount(0, text.length()) : Words.count(text);
    }

    /** Why a row of a length is refused; null when it may stay. */
    public @Nullable String refusal(int length) {
        String name = unit == Unit.CHARACTERS ? "characters" : "words";
        if (min != null && length < min) {
            return "%s has %d %s, at least %d are wanted"
                    .formatted(field.label(), length, name, min);
        }
        if (max != null && length > max) {
            return "%s has %d %s, at most %d are allowed"
                    .formatted(field.label(), length, name, max);
        }
        return null;
    }

    @Override
    public List<String> failingExamples(StepBudget budget) {
        List<String> failing = new ArrayList<>();
        for (int length : examples.rejects()) {
            budget.spend(length);
            if (refusal(measure(textOf(length))) == null) {
                failing.add(
                        "rule \"%s\" must reject a length of %d, it keeps it"
                                .formatted(id, length));
            }
        }
        for (int length : examples.keeps()) {
            budget.spend(length);
            String refusal = refusal(measure(textOf(length)));
            if (refusal != null) {
                failing.add(
                        "rule \"%s\" must keep a length of %d, it rejects it: %s"
                                .formatted(id, length, refusal));
            }
        }
        return List.copyOf(failing);
    }

    private String textOf(int length) {
        return unit == Unit.CHARACTERS ? "x".repeat(length) : "word ".repeat(length);
    }

    /** What is counted. */
    public enum Unit {
        /** Runs without white space that hold a letter or a digit. */
        @JsonProperty("words")
        WORDS,
        /** Unicode code points. */
        @JsonProperty("characters")
        CHARACTERS
    }

    /**
     * Examples of a rule on lengths.
     *
     * @param rejects lengths that it refuses, at least one
     * @param keeps lengths that it must let pass, at least one
     */
    public record Examples(
            @JsonProperty(required = true) List<Integer> rejects,
            @JsonProperty(required = true) List<Integer> keeps) {
        private static final int MAX_LENGTH = 1_000_000;

        public Examples {
            rejects = List.copyOf(rejects);
            keeps = List.copyOf(keeps);
            if (rejects.isEmpty() || keeps.isEmpty()) {
                throw new IllegalArgumentException(
                        "examples must hold at least one length in \"rejects\" and one in"
                                + " \"keeps\", got %d and %d"
                                        .formatted(rejects.size(), keeps.size()));
            }
            for (List<Integer> lengths : List.of(rejects, keeps)) {
                for (int length : lengths) {
                    if (length < 0 || length > MAX_LENGTH) {
                        throw new IllegalArgumentException(
                                "a length in examples must be in [0, %d], got %d"
                                        .formatted(MAX_LENGTH, length));
                    }
                }
            }
        }
    }
}
