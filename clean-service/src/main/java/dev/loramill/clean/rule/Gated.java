package dev.loramill.clean.rule;

import java.util.List;

/** Rules behind the search for their triggers, as a recipe runs them; used to run examples. */
final class Gated {
    private Gated() {}

    static TextRewrite rewrite(TextRewrite rewrite) {
        TriggerIndex index = TriggerIndex.of(List.of(rewrite.triggers()));
        return new TextRewrite(
                rewrite.triggers(),
                (text, budget) ->
                        index.mayApply(text).get(0) ? rewrite.rewrite(text, budget) : text);
    }

    static TextVerdict verdict(TextVerdict verdict) {
        TriggerIndex index = TriggerIndex.of(List.of(verdict.triggers()));
        return new TextVerdict(
                verdict.triggers(),
                (text, budget) ->
                        index.mayApply(text).get(0) ? verdict.finding(text, budget) : null);
    }
}
