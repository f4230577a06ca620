package dev.loramill.clean.rule;

import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A refusing rule, ready to run; thread-safe and pure.
 *
 * @param triggers lower-case ASCII literals, one of which stands in every text that the rule
 *     refuses; empty when the rule has to look at every text
 * @param finder gives what was found, null when the text may stay
 */
public record TextVerdict(
        Set<String> triggers, BiFunction<String, StepBudget, @Nullable String> finder) {
    public TextVerdict {
        triggers = Set.copyOf(triggers);
    }

    /**
     * What the rule refuses in a text, as it stands there; null when the text may stay.
     *
     * @throws PatternBudgetException when it needs more steps than there are
     */
    public @Nullable String finding(String text, StepBudget budget) {
        budget.spend(text.length());
        return finder.apply(text, budget);
    }
}
