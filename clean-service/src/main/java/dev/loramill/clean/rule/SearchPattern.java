package dev.loramill.clean.rule;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pattern that is searched for within a budget: first by Java's engine, which is fast on nearly
 * all texts, and where that takes too many steps, or too deep a recursion, by RE2/J, whose time is
 * linear. A pattern that RE2/J cannot run with the same meaning, such as one that looks around, has
 * the steps of the row for Java's engine, and then the row is refused. Thread-safe.
 */
final class SearchPattern {
    private static final long FAST_STEPS_PER_CHARACTER = 20;
    private static final long FREE_FAST_STEPS = 50_000;

    /** Each character that RE2/J reads takes it this share of its program at most. */
    private static final int PROGRAM_SHARE = 4;

    private final Pattern fast;
    private final com.google.re2j.@Nullable Pattern linear;

    SearchPattern(Pattern fast) {
        this.fast = fast;
        this.linear = LinearPattern.of(fast);
    }

    /** Whether there is an engine of linear time for it. */
    boolean isLinear() {
        return linear != null;
    }

    /** A search through all of a text. */
    Search in(String text, StepBudget budget) {
        return in(text, 0, text.length(), budget);
    }

    /** A search through a part of a text, as if there were no more of it. */
    Search in(String text, int from, int to, StepBudget budget) {
        return new Search(new CountedText(text, from, to), budget);
    }

    /** One search; positions count from the beginning of the part. Not for several threads. */
    final class Search {
        private final CountedText text;
        private final StepBudget budget;
        private final Matcher fastMatcher;
        private com.google.re2j.@Nullable Matcher linearMatcher;
        private int next;

        private Search(CountedText text, StepBudget budget) {
            this.text = text;
            this.budget = budget;
            this.fastMatcher = fast.matcher(text);
            fastMatcher.useTransparentBounds(true);
            fastMatcher.useAnchoringBounds(false);
        }

        /** Begins no earlier than a position; what is before it is seen by the pattern. */
        Search after(int position) {
            next = position;
            return this;
        }

        /** Finds the next match behind the last one. */
        boolean find() {
            boolean isFound = next <= text.length() && run(false);
            if (isFound) {
                next = start() == end() ? end() + 1 : end();
            }
            return isFound;
        }

        /** Whether a match begins at the beginning. */
        boolean lookingAt() {
            return run(true);
        }

        int start() {
            return linearMatcher != null ? linearMatcher.start() : fastMatcher.start();
        }

        int end() {
            return linearMatcher != null ? linearMatcher.end() : fastMatcher.end();
        }

        /** What a group matched; null when it took no part. */
        @Nullable String group(int group) {
            return linearMatcher != null ? linearMatcher.group(group) : fastMatcher.group(group);
        }

        private boolean run(boolean isAtBeginning) {
            com.google.re2j.Matcher other = linearMatcher;
            if (other != null) {
                return runLinear(other, isAtBeginning);
            }
            com.google.re2j.Pattern slower = linear;
            if (slower == null) {
                return runFast(isAtBeginning, budget.left());
            }
            try {
                long most = FREE_FAST_STEPS + FAST_STEPS_PER_CHARACTER * text.length();
                return runFast(isAtBeginning, Math.min(most, budget.left()));
            } catch (PatternBudgetException e) {
                if (budget.left() == 0) {
                    throw e;
                }
            }
            if (!hasOneMeaning()) {
                return runFast(isAtBeginning, budget.left());
            }
            other = slower.matcher(text);
            linearMatcher = other;
            return runLinear(other, isAtBeginning);
        }

        private boolean runFast(boolean isAtBeginning, long most) {
            text.allow(most);
            boolean isFound;
            try {
                // A region resets the matcher; where nothing was found before there is no other.
                fastMatcher.region(isAtBeginning ? 0 : next, text.length());
                isFound = isAtBeginning ? fastMatcher.lookingAt() : fastMatcher.find();
            } catch (CountedText.TooManyStepsException e) {
                budget.spend(text.steps());
                throw new PatternBudgetException("a pattern took %d steps".formatted(most));
            } catch (StackOverflowError e) {
                budget.spend(text.steps());
                throw new PatternBudgetException(
                        "a pattern needs too deep a recursion on this row; make it simpler");
            }
            budget.spend(text.steps());
            return isFound;
        }

        private boolean runLinear(com.google.re2j.Matcher matcher, boolean isAtBeginning) {
            int share = 1 + matcher.programSize() / PROGRAM_SHARE;
            text.allow(budget.left() / share);
            boolean isFound;
            try {
                isFound = isAtBeginning ? matcher.lookingAt() : matcher.find(next);
            } catch (CountedText.TooManyStepsException e) {
                budget.spend(budget.left() + 1);
                throw new PatternBudgetException("a pattern took too many steps");
            }
            budget.spend(text.steps() * share);
            return isFound;
        }

        /**
         * Two letters outside of ASCII are for RE2/J alone other cases of letters in it, and marks
         * on letters are parts of words for Java alone.
         */
        private boolean hasOneMeaning() {
            budget.spend(text.length());
            return text.toString()
                    .codePoints()
                    .noneMatch(character ->
                            character == 0x17F
                                    || character == 0x212A
                                    || Character.getType(character) == Character.NON_SPACING_MARK);
        }
    }
}
