package dev.loramill.clean.rule;

import java.util.ArrayList;
import java.util.List;

/** A rule that changes the text of a message and never refuses a row. */
public sealed interface RewriteRule extends Rule
        permits NormalizeSpace,
                StripPrefix,
                StripSuffix,
                DropLeadingSentences,
                DropTrailingSentences,
                DropSentences,
                Replace,
                Redact {
    /** Texts that the rule changes, and texts that it must leave alone. */
    RewriteExamples examples();

    /** When the rule runs. */
    Phase phase();

    /** Makes the rule ready to run. */
    TextRewrite compile();

    @Override
    default List<String> failingExamples(StepBudget budget) {
        TextRewrite rewrite = Gated.rewrite(compile());
        List<String> failing = new ArrayList<>();
        for (RewriteExamples.Change change : examples().changes()) {
            budget.begin(change.from());
            String result = rewrite.rewrite(change.from(), budget);
            if (!result.equals(change.to())) {
                failing.add(
                        "rule \"%s\" must turn \"%s\" into \"%s\", it makes \"%s\""
                                .formatted(id(), change.from(), change.to(), result));
            }
        }
        for (String text : examples().leaves()) {
            budget.begin(text);
            String result = rewrite.rewrite(text, budget);
            if (!result.equals(text)) {
                failing.add(
                        "rule \"%s\" must leave \"%s\" alone, it makes \"%s\""
                                .formatted(id(), text, result));
            }
        }
        return List.copyOf(failing);
    }

    /** When a rewriting rule runs. */
    enum Phase {
        /** Takes something away; runs until nothing changes. */
        STRIP,
        /** Puts something in the place of something else; runs when stripping has come to rest. */
        SUBSTITUTE
    }
}
