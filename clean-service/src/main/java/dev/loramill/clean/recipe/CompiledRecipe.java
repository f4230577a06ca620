package dev.loramill.clean.recipe;

import dev.loramill.clean.rule.Field;
import dev.loramill.clean.rule.LengthBounds;
import dev.loramill.clean.rule.PatternBudgetException;
import dev.loramill.clean.rule.RejectIf;
import dev.loramill.clean.rule.RewriteRule;
import dev.loramill.clean.rule.StepBudget;
import dev.loramill.clean.rule.TextGrowthException;
import dev.loramill.clean.rule.TextRewrite;
import dev.loramill.clean.rule.TextVerdict;
import dev.loramill.clean.rule.TriggerIndex;
import dev.loramill.events.ChatMessage;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A recipe, ready to run: pure, thread-safe, and at rest, that is, a row that it kept it keeps
 * again without a change.
 *
 * <p>The order: rules that take away run, in the order of the document, until none changes
 * anything; then those that substitute run, and if one changed the text, all begins anew; then
 * {@code reject-if}; then {@code length-bounds}. So lengths are always those of the cleaned text.
 */
public final class CompiledRecipe {
    /** Rule named when the rules left nothing of a message. */
    public static final String EMPTIED = "emptied";

    /** Rule named when the rules change a text for ever. */
    public static final String NO_REST = "no-rest";

    /** Rule named when the rules take too many steps together and none of them alone. */
    public static final String TOO_SLOW = "too-slow";

    private static final int MAX_PASSES = 50;
    private static final int QUOTED_LENGTH = 80;

    private final List<Rewrite> rewrites;
    private final TriggerIndex rewriteTriggers;
    private final List<Verdict> verdicts;
    private final TriggerIndex verdictTriggers;
    private final List<LengthBounds> bounds;

    private CompiledRecipe(
            List<Rewrite> rewrites, List<Verdict> verdicts, List<LengthBounds> bounds) {
        this.rewrites = rewrites;
        this.rewriteTriggers =
                TriggerIndex.of(rewrites.stream().map(rule -> rule.rewrite.triggers()).toList());
        this.verdicts = verdicts;
        this.verdictTriggers =
                TriggerIndex.of(verdicts.stream().map(rule -> rule.verdict.triggers()).toList());
        this.bounds = bounds;
    }

    /** Makes a recipe ready to run. */
    public static CompiledRecipe of(Recipe recipe) {
        List<Rewrite> strips = new ArrayList<>();
        List<Rewrite> substitutes = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        List<LengthBounds> bounds = new ArrayList<>();
        recipe.rules()
                .forEach(rule -> {
                    switch (rule) {
                        case RewriteRule rewrite ->
                                (switch (rewrite.phase()) {
                                            case STRIP -> strips;
                                            case SUBSTITUTE -> substitutes;
                                        })
                                        .add(Rewrite.of(rewrite));
                        case RejectIf rejectIf ->
                                verdicts.add(new Verdict(rejectIf, rejectIf.compile()));
                        case LengthBounds length -> bounds.add(length);
                    }
                });
        strips.addAll(substitutes);
        return new CompiledRecipe(List.copyOf(strips), List.copyOf(verdicts), List.copyOf(bounds));
    }

    /** What becomes of a row. */
    public CleaningOutcome clean(List<ChatMessage> messages) {
        StepBudget budget =
                StepBudget.ofRow(
                        messages.stream().mapToLong(message -> message.content().length()).sum());
        return clean(messages, budget);
    }

    /**
     * What becomes of a row.
     *
     * @param budget steps that all rules together may take on it
     */
    CleaningOutcome clean(List<ChatMessage> messages, StepBudget budget) {
        String running = TOO_SLOW;
        try {
            Set<String> applied = new LinkedHashSet<>();
            List<ChatMessage> cleaned = new ArrayList<>(messages.size());
            for (ChatMessage message : messages) {
                String text = rewrite(message.role(), message.content(), applied, budget);
                boolean isEmptied = text.isBlank() && !message.content().isBlank();
                if (isEmptied && !message.role().equals("system")) {
                    return new CleaningOutcome.Refused(
                            EMPTIED,
                            "the rules left nothing of the %s's \"%s\""
                                    .formatted(message.role(), quote(message.content())));
                }
                if (!isEmptied) {
                    cleaned.add(new ChatMessage(message.role(), text));
                }
            }
            for (ChatMessage message : cleaned) {
                budget.spend(message.content().length());
                BitSet candidates = verdictTriggers.mayApply(message.content());
                for (int i = candidates.nextSetBit(0); i >= 0; i = candidates.nextSetBit(i + 1)) {
                    Verdict verdict = verdicts.get(i);
                    if (!verdict.rule.field().covers(message.role())) {
                        continue;
                    }
                    running = verdict.rule.id();
                    String found = verdict.verdict.finding(message.content(), budget);
                    if (found != null) {
                        return new CleaningOutcome.Refused(
                                verdict.rule.id(),
                                "%s: the %s's text holds \"%s\""
                                        .formatted(
                                                verdict.rule.because(),
                                                message.role(),
                                                quote(found)));
                    }
                }
            }
            for (LengthBounds bound : bounds) {
                running = bound.id();
                String refusal = bound.refusal(length(cleaned, bound, budget));
                if (refusal != null) {
                    return new CleaningOutcome.Refused(bound.id(), refusal);
                }
            }
            return new CleaningOutcome.Kept(cleaned, List.copyOf(applied));
        } catch (RuleStoppedException e) {
            return new CleaningOutcome.Refused(e.rule, String.valueOf(e.getMessage()));
        } catch (PatternBudgetException e) {
            return new CleaningOutcome.Refused(running, String.valueOf(e.getMessage()));
        } catch (StackOverflowError e) {
            return new CleaningOutcome.Refused(
                    running, "a pattern needs too deep a recursion on this row; make it simpler");
        }
    }

    private String rewrite(String role, String content, Set<String> applied, StepBudget budget) {
        budget.begin(content);
        String text = content;
        for (int pass = 0; pass < MAX_PASSES; pass++) {
            String before = text;
            BitSet candidates = candidates(text, applied, budget);
            boolean isAtRest = true;
            for (int i = candidates.nextSetBit(0); i >= 0; i = candidates.nextSetBit(i + 1)) {
                Rewrite rule = rewrites.get(i);
                if (!rule.field.covers(role)) {
                    continue;
                }
                if (rule.isSubstitute && !isAtRest) {
                    break;
                }
                String result = rule.run(text, budget);
                if (!result.equals(text)) {
                    applied.add(rule.id);
                    text = result;
                    isAtRest = false;
                    candidates = candidates(text, applied, budget);
                }
            }
            if (text.equals(before)) {
                return text;
            }
        }
        throw new RuleStoppedException(
                NO_REST,
                "the rules %s still change the text after %d rounds"
                        .formatted(applied, MAX_PASSES));
    }

    private BitSet candidates(String text, Set<String> applied, StepBudget budget) {
        try {
            budget.spend(text.length());
        } catch (PatternBudgetException e) {
            throw new RuleStoppedException(
                    TOO_SLOW,
                    "%s; the rules %s changed the text".formatted(e.getMessage(), applied));
        }
        return rewriteTriggers.mayApply(text);
    }

    private static int length(List<ChatMessage> messages, LengthBounds bound, StepBudget budget) {
        Field field = bound.field();
        int length = 0;
        for (ChatMessage message : messages) {
            if (field.covers(message.role())) {
                budget.spend(message.content().length());
                length += bound.measure(message.content());
            }
        }
        return length;
    }

    private static String quote(String text) {
        return text.length() <= QUOTED_LENGTH ? text : text.substring(0, QUOTED_LENGTH) + "…";
    }

    private record Rewrite(String id, Field field, boolean isSubstitute, TextRewrite rewrite) {
        static Rewrite of(RewriteRule rule) {
            return new Rewrite(
                    rule.id(),
                    rule.field(),
                    rule.phase() == RewriteRule.Phase.SUBSTITUTE,
                    rule.compile());
        }

        String run(String text, StepBudget budget) {
            try {
                return rewrite.rewrite(text, budget);
            } catch (TextGrowthException e) {
                throw new RuleStoppedException(
                        NO_REST, "rule \"%s\" %s".formatted(id, e.getMessage()));
            } catch (PatternBudgetException e) {
                throw new RuleStoppedException(id, String.valueOf(e.getMessage()));
            } catch (StackOverflowError e) {
                throw new RuleStoppedException(
                        id, "a pattern needs too deep a recursion on this row; make it simpler");
            }
        }
    }

    private record Verdict(RejectIf rule, TextVerdict verdict) {}

    /** A rule cannot finish on a row. */
    private static final class RuleStoppedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String rule;

        RuleStoppedException(String rule, String message) {
            super(message);
            this.rule = rule;
        }
    }
}
