package dev.loramill.clean.topology;

import org.jspecify.annotations.Nullable;

/**
 * A record on its way through the topology: what it turned out to be, and its body; the headers
 * travel beside it. Only what is no event can have no body.
 */
record RowStep(Kind kind, byte @Nullable [] body) {
    /** What a record turned out to be. */
    enum Kind {
        /** Kept by the recipe; whether it is a duplicate is still open. */
        CANDIDATE,
        /** Kept. */
        KEPT,
        /** Refused by the recipe, or a duplicate. */
        REJECTED,
        /** No event at all: for the dead-letter queue. */
        UNREADABLE
    }
}
