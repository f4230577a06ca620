package dev.loramill.samples;

/** What a line of the sample is, and so what must become of it under {@code medical-forum}. */
public enum RowKind {
    /** An answer worth keeping, with or without noise around it. */
    GOOD,
    /** The answer has fewer than 30 words once the noise is gone. */
    TOO_SHORT,
    /** Question and answer have more than 600 words together. */
    TOO_LONG,
    /** Markup, templates or talk of a wiki. */
    WIKI_RESIDUE,
    /** The same line stands in the file a second time. */
    EXACT_DUPLICATE,
    /** Equal to a good row only after the noise around both is gone. */
    DUPLICATE_AFTER_CLEANING,
    /** Not a row at all; refused at the door. */
    MALFORMED
}
