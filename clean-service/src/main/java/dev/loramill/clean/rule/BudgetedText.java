package dev.loramill.clean.rule;

/**
 * A text that lets a pattern read only so many characters: a pattern that backtracks without end is
 * stopped at the same step on every machine.
 */
final class BudgetedText implements CharSequence {
    private static final long STEPS_PER_CHARACTER = 2_000;
    private static final long FREE_STEPS = 1_000_000;

    private final String text;
    private final long budget;
    private long steps;

    BudgetedText(String text) {
        this.text = text;
        this.budget = FREE_STEPS + STEPS_PER_CHARACTER * text.length();
    }

    @Override
    public char charAt(int index) {
        if (++steps > budget) {
            throw new PatternBudgetException(
                    "a pattern read more than %d characters of a text of %d; make it simpler"
                            .formatted(budget, text.length()));
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
