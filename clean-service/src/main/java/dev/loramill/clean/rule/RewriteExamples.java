package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Examples of a rule that changes text.
 *
 * @param changes texts that it changes, at least one
 * @param leaves texts that it must leave alone, at least one
 */
public record RewriteExamples(
        @JsonProperty(required = true) List<Change> changes,
        @JsonProperty(required = true) List<String> leaves) {
    public RewriteExamples {
        changes = List.copyOf(changes);
        leaves = List.copyOf(leaves);
        if (changes.isEmpty() || leaves.isEmpty()) {
            throw new IllegalArgumentException(
                    "examples must hold at least one entry in \"changes\" and one in \"leaves\", got"
                            + " %d and %d".formatted(changes.size(), leaves.size()));
        }
    }

    /**
     * A text before and after.
     *
     * @param from the text as it comes
     * @param to the text that the rule must make of it
     */
    public record Change(
            @JsonProperty(required = true) String from, @JsonProperty(required = true) String to) {}
}
