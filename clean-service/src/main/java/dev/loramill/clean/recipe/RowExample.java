package dev.loramill.clean.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.loramill.clean.rule.StepBudget;
import dev.loramill.events.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole row with what the recipe must make of it.
 *
 * @param messages the row as it comes
 * @param becomes the row as it must be kept; null when it must be refused
 * @param rejectedBy id of the rule that must refuse it; null when it must be kept
 */
public record RowExample(
        @JsonProperty(required = true) List<ChatMessage> messages,
        @Nullable List<ChatMessage> becomes,
        @Nullable String rejectedBy) {
    public RowExample {
        messages = List.copyOf(messages);
        becomes = becomes == null ? null : List.copyOf(becomes);
        if ((becomes == null) == (rejectedBy == null)) {
            throw new IllegalArgumentException(
                    "an example must have either \"becomes\" or \"rejected_by\", it has "
                            + (becomes == null ? "neither" : "both"));
        }
    }

    /** What is wrong when the recipe makes something else of the row; empty when it holds. */
    List<String> failures(CompiledRecipe recipe, int index, StepBudget budget) {
        List<String> failing = new ArrayList<>();
        switch (recipe.clean(messages, budget)) {
            case CleaningOutcome.Kept kept -> {
                if (rejectedBy != null) {
                    failing.add(
                            "examples[%d] must be rejected by rule \"%s\", it is kept as %s"
                                    .formatted(index, rejectedBy, kept.messages()));
                } else if (!kept.messages().equals(becomes)) {
                    failing.add(
                            "examples[%d] must become %s, it becomes %s"
                                    .formatted(index, becomes, kept.messages()));
                }
            }
            case CleaningOutcome.Refused refused -> {
                if (!refused.rule().equals(rejectedBy)) {
                    failing.add(
                            "examples[%d] must %s, rule \"%s\" rejects it: %s"
                                    .formatted(
                                            index,
                                            rejectedBy == null
                                                    ? "be kept"
                                                    : "be rejected by rule \"" + rejectedBy + "\"",
                                            refused.rule(),
                                            refused.reason()));
                }
            }
        }
        return failing;
    }
}
