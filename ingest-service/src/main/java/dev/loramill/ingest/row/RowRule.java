package dev.loramill.ingest.row;

/** Rules of the door, by which a line is refused. */
public enum RowRule {
    /** The line is not JSON. */
    NOT_JSON("not-json"),
    /** The line is JSON, but no object. */
    NOT_AN_OBJECT("not-an-object"),
    /** A field that the format needs is not there, null, or a question without text. */
    MISSING_FIELD("missing-field"),
    /** A field holds another type of JSON than the format asks for. */
    WRONG_TYPE("wrong-type"),
    /** The answer has no text. */
    EMPTY_ANSWER("empty-answer"),
    /** A message has a role that is not supported. */
    UNKNOWN_ROLE("unknown-role"),
    /** No message is the assistant's, so nothing could be learnt. */
    NO_ASSISTANT_MESSAGE("no-assistant-message"),
    /** The row asks for something that would be ignored, such as tools or a weight of 0. */
    UNSUPPORTED_FIELD("unsupported-field"),
    /** A text holds U+0000 or half a surrogate pair, which UTF-8 and databases cannot keep. */
    UNSTORABLE_TEXT("unstorable-text"),
    /** The line exceeds the limit. */
    ROW_TOO_LONG("row-too-long");

    private final String id;

    RowRule(String id) {
        this.id = id;
    }

    /** Name of the rule in events and answers. */
    public String id() {
        return id;
    }
}
