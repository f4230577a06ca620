package dev.loramill.clean.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.loramill.clean.rule.Rule;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The types of rule that a recipe may have, so that a new one is missed by no test. */
final class RuleTypes {
    private RuleTypes() {}

    /** Names, as documents have them. */
    static List<String> all() {
        JsonSubTypes types = Objects.requireNonNull(Rule.class.getAnnotation(JsonSubTypes.class));
        return Arrays.stream(types.value()).map(JsonSubTypes.Type::name).toList();
    }
}
