package dev.loramill.train.dataset;

/** How far the rows of a file have come on their way to a frozen version. */
public sealed interface FreezingOutcome {
    /** Rows are on their way; ask again. */
    record Waiting() implements FreezingOutcome {}

    /** The version is there. */
    record Frozen(FrozenVersion version) implements FreezingOutcome {}

    /** There will be no version. */
    record Refused(String message) implements FreezingOutcome {}
}
