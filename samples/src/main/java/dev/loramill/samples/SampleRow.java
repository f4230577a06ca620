package dev.loramill.samples;

import org.jspecify.annotations.Nullable;

/**
 * One line of the sample, with what its maker knows about it.
 *
 * @param kind what the line is
 * @param line the line as it stands in the file, without line break
 * @param cleanAnswer the answer without noise; null for a malformed line
 */
public record SampleRow(RowKind kind, String line, @Nullable String cleanAnswer) {}
