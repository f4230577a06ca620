package dev.loramill.ingest.source;

import java.io.IOException;

/** A source as a whole cannot be read as rows; the message is for the person who sent it. */
public final class UnreadableSourceException extends IOException {
    private static final long serialVersionUID = 1;

    private final String code;

    /**
     * Says why.
     *
     * @param code short name of the reason, such as {@code not_utf8}
     */
    public UnreadableSourceException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** Short name of the reason. */
    public String code() {
        return code;
    }
}
