package dev.loramill.events;

/** A Kafka record does not hold an event that this version understands. */
public final class UnreadableEventException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreadableEventException(String message) {
        super(message);
    }

    UnreadableEventException(String message, Throwable cause) {
        super(message, cause);
    }
}
