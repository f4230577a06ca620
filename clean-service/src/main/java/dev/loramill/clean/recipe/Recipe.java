package dev.loramill.clean.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.clean.rule.Rule;
import dev.loramill.events.RecipeReference;
import java.util.List;

/**
 * An ordered set of rules under a name.
 *
 * @param reference name and digest
 * @param description what it is for, in a sentence
 * @param rules rules in the order of the document
 * @param examples whole rows with what must become of them
 * @param document the document that it was read from
 */
public record Recipe(
        RecipeReference reference,
        String description,
        List<Rule> rules,
        List<RowExample> examples,
        JsonNode document) {
    public Recipe {
        rules = List.copyOf(rules);
        examples = List.copyOf(examples);
    }
}
