package dev.loramill.clean.rule;

import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * A rewriting rule, ready to run; thread-safe and pure.
 *
 * @param triggers lower-case ASCII literals, one of which stands in every text that the rule
 *     changes; empty when there is no such set and the rule has to look at every text
 * @param operator the change itself
 */
public record TextRewrite(Set<String> triggers, BiFunction<String, StepBudget, String> operator) {
    public TextRewrite {
        triggers = Set.copyOf(triggers);
    }

    /**
     * The text after the rule; the same text when the rule does not apply.
     *
     * @throws PatternBudgetException when it needs more steps than there are
     * @throws TextGrowthException when it makes more of the text than it may
     */
    public String rewrite(String text, StepBudget budget) {
        budget.spend(text.length());
        return operator.apply(text, budget);
    }

    static TextRewrite of(List<Phrases> phrases, BiFunction<String, StepBudget, String> operator) {
        return new TextRewrite(Phrases.triggersOf(phrases), operator);
    }
}
