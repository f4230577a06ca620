package dev.loramill.messaging;

import java.util.Optional;

/**
 * Something without which a service can do no work: every bean that is one counts for readiness.
 */
public interface Contact {
    /** Name under which readiness shows it, such as {@code outbox}. */
    String name();

    /**
     * What is wrong, in a sentence that a person will read; empty when nothing is.
     *
     * <p>Is asked often and must answer from memory, without waiting.
     */
    Optional<String> fault();

    /**
     * What a person should look at though work goes on, in a sentence; readiness shows it and stays
     * green. Is asked as {@link #fault} is.
     */
    default Optional<String> warning() {
        return Optional.empty();
    }
}
