package dev.loramill.ingest.submitted;

/** A submitted record cannot be counted towards any dataset. */
final class UnattributableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnattributableException(String message) {
        super(message);
    }
}
