package dev.loramill.clean.rule;

/** A rule makes more of a text than it may. */
public final class TextGrowthException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TextGrowthException(String message) {
        super(message);
    }
}
