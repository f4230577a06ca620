package dev.loramill.clean.topology;

/**
 * A record on its way through the topology: what it turned out to be, and its body; the headers
 * travel beside it.
 */
record RowStep(Kind kind, byte[] body) {
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
