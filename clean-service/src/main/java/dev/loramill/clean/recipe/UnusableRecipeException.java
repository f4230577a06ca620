package dev.loramill.clean.recipe;

/**
 * A recipe that was stored once is none that this version can run; asking again changes nothing.
 */
public final class UnusableRecipeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Because of what was thrown when it was read or made ready. */
    public UnusableRecipeException(Throwable cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
