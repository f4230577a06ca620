package dev.loramill.ingest.row;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the first rows of a source tell of its format. */
public sealed interface Detection {
    /**
     * The format is known.
     *
     * @param reason sentence that says by what
     */
    record Detected(RowFormat format, String reason) implements Detection {}

    /**
     * There are JSON objects, but of no known format.
     *
     * @param columns columns seen, in the order of their first occurrence
     */
    record UnknownColumns(Set<String> columns) implements Detection {
        public UnknownColumns {
            columns = Collections.unmodifiableSet(new LinkedHashSet<>(columns));
        }
    }

    /**
     * No line is a JSON object.
     *
     * @param firstFault what is wrong with the first line
     */
    record NotJsonLines(String firstFault) implements Detection {}

    /** There is nothing but blank lines. */
    record Empty() implements Detection {}
}
