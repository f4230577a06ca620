package dev.loramill.trainer.model;

/** A base model that cannot be trained on; the message names what is not supported. */
public final class UnsupportedBaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says which part of the base is not supported. */
    public UnsupportedBaseException(String message) {
        super(message);
    }
}
