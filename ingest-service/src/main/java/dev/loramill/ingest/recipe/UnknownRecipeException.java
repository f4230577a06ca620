package dev.loramill.ingest.recipe;

/** clean-service knows no recipe of that name. */
final class UnknownRecipeException extends RuntimeException {
    private static final long serialVersionUID = 1;
}
