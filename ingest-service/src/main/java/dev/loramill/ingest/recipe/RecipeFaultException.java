package dev.loramill.ingest.recipe;

/** clean-service answered, and neither with the recipe nor that there is none. */
final class RecipeFaultException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RecipeFaultException(int status) {
        super("it answered with status " + status);
    }
}
