package dev.loramill.clean.rule;

/** A pattern needed more steps on a text than one row may cost. */
public final class PatternBudgetException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PatternBudgetException(String message) {
        super(message);
    }
}
