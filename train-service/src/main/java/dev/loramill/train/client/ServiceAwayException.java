package dev.loramill.train.client;

/** Another service gave no usable answer; asking again later may succeed. */
public final class ServiceAwayException extends Exception {
    private static final long serialVersionUID = 1;

    ServiceAwayException(String message, Throwable cause) {
        super(message, cause);
    }
}
