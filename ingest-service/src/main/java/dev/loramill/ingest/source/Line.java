package dev.loramill.ingest.source;

/** A line of a source. */
public sealed interface Line {
    /** Number of the line, counted from 1; blank lines count. */
    long number();

    /** A line that was read whole, without its line break. */
    record Text(long number, String text) implements Line {}

    /**
     * A line that exceeds the limit and was not read whole.
     *
     * @param beginning its first characters
     * @param sizeBytes its whole length, without its line break
     */
    record TooLong(long number, String beginning, long sizeBytes) implements Line {}
}
