package dev.loramill.local.launch;

/** Something that a person has to change before Loramill can run; the message says what. */
public final class LaunchException extends Exception {
    private static final long serialVersionUID = 1;

    /** A fault described by a message for people. */
    public LaunchException(String message) {
        super(message);
    }

    /** A fault described by a message for people. */
    public LaunchException(String message, Throwable cause) {
        super(message, cause);
    }
}
