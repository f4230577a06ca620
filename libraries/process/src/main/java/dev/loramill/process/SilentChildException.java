package dev.loramill.process;

import java.io.IOException;
import java.time.Duration;

/** A child process gave no sign of life for longer than it may, and was killed. */
public final class SilentChildException extends IOException {
    private static final long serialVersionUID = 1;

    SilentChildException(long pid, Duration patience) {
        super(
                "process %d wrote nothing for %d seconds and was killed"
                        .formatted(pid, patience.toSeconds()));
    }
}
