package dev.loramill.clean.recipe;

import dev.loramill.events.ChatMessage;
import java.util.List;

/** What a recipe makes of one row. */
public sealed interface CleaningOutcome {
    /**
     * The row stays.
     *
     * @param messages the cleaned conversation
     * @param rulesApplied ids of the rules that changed it, in the order of their first change
     */
    record Kept(List<ChatMessage> messages, List<String> rulesApplied) implements CleaningOutcome {
        public Kept {
            messages = List.copyOf(messages);
            rulesApplied = List.copyOf(rulesApplied);
        }
    }

    /**
     * The row is refused.
     *
     * @param rule id of the rule, or one of the names in {@link CompiledRecipe} that every recipe
     *     has
     * @param reason what is wrong, the value seen and what is allowed
     */
    record Refused(String rule, String reason) implements CleaningOutcome {}
}
