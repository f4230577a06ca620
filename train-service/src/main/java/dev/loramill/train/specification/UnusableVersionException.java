package dev.loramill.train.specification;

import org.jspecify.annotations.Nullable;

/** What lies under a version's digest is not the manifest of a version, and never will be. */
public final class UnusableVersionException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableVersionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
