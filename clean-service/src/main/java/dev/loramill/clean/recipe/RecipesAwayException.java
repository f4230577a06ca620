package dev.loramill.clean.recipe;

/** Recipes cannot be read now, which is no fault of who asks for one. */
public final class RecipesAwayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Because of what the database answered. */
    public RecipesAwayException(Throwable cause) {
        super("recipes cannot be read now: " + cause.getMessage(), cause);
    }
}
