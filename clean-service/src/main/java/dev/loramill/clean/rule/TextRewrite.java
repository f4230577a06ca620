package dev.loramill.clean.rule;

import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A rewriting rule, ready to run; thread-safe and pure.
 *
 * @param triggers lower-case ASCII literals, one of which stands in every text that the rule
 *     changes; empty when there is no such set and the rule has to look at every text
 * @param operator the change itself
 */
public record TextRewrite(Set<String> triggers, UnaryOperator<String> operator) {
    public TextRewrite {
        triggers = Set.copyOf(triggers);
    }

    /**
     * The text after the rule; the same text when the rule does not apply.
     *
     * @throws PatternBudgetException when a pattern needs more steps than a row may cost
     */
    public String rewrite(String text) {
        return operator.apply(text);
    }

    static TextRewrite of(List<Phrases> phrases, UnaryOperator<String> operator) {
        return new TextRewrite(Phrases.triggersOf(phrases), operator);
    }
}
