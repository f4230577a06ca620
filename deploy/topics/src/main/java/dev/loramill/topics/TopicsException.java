package dev.loramill.topics;

/** A cluster that cannot be reached or that refuses; the message says what to change. */
public final class TopicsException extends Exception {
    private static final long serialVersionUID = 1;

    /** A fault described by a message for people. */
    public TopicsException(String message) {
        super(message);
    }

    /** A fault described by a message for people. */
    public TopicsException(String message, Throwable cause) {
        super(message, cause);
    }
}
