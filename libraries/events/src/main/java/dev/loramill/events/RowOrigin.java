package dev.loramill.events;

/**
 * Where a row came from.
 *
 * @param source the file id, batch id or {@code topic/partition} that brought the row
 * @param line line within the file or batch, counted from 1, or the offset within the partition
 */
public record RowOrigin(String source, long line) {
    public RowOrigin {
        Check.source("origin.source", source);
        Check.notNegative("origin.line", line);
    }

    /** Identity of the row within its dataset: the same row sent twice has the same id. */
    public String rowId() {
        return source + ":" + line;
    }
}
