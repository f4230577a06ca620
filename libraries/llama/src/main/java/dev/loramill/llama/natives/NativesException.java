package dev.loramill.llama.natives;

import org.jspecify.annotations.Nullable;

/** Native libraries are missing, foreign or unusable. */
public final class NativesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says which library, what is wrong and what to do. */
    public NativesException(String message) {
        super(message);
    }

    /** Says which library, what is wrong and what to do. */
    public NativesException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
