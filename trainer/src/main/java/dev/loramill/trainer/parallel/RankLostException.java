package dev.loramill.trainer.parallel;

import org.jspecify.annotations.Nullable;

/** A process of the run has ended before its time, or does not answer. */
public final class RankLostException extends RuntimeException {
    /** Exit status of a process that ends because it lost another one. */
    public static final int EXIT_CODE = 3;

    private static final long serialVersionUID = 1L;

    RankLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    RankLostException(String message) {
        super(message);
    }
}
