package dev.loramill.local.base;

/** A base cannot be had; the message says why and what to do. */
public final class BaseException extends Exception {
    private static final long serialVersionUID = 1;

    BaseException(String message) {
        super(message);
    }

    BaseException(String message, Throwable cause) {
        super(message, cause);
    }
}
