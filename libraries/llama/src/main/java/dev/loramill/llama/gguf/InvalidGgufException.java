package dev.loramill.llama.gguf;

import java.util.Locale;

/** A GGUF file breaks the format or one of our bounds; names the field, its place and its value. */
public final class InvalidGgufException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN_CHARACTERS = 120;

    private final String field;
    private final long offset;
    private final String value;
    private final String allowed;

    /**
     * Describes one fault.
     *
     * @param field the field, such as {@code metadata "general.alignment"}
     * @param offset byte offset of the field in the file, or -1 where it has none (it is missing)
     * @param value the value seen
     * @param allowed what is allowed instead
     */
    public InvalidGgufException(String field, long offset, Object value, String allowed) {
        super(message(field, offset, String.valueOf(value), allowed));
        this.field = field;
        this.offset = offset;
        this.value = shortened(String.valueOf(value));
        this.allowed = allowed;
    }

    private static String message(String field, long offset, String value, String allowed) {
        String place = offset < 0 ? "" : String.format(Locale.ROOT, " at offset %d", offset);
        return "GGUF " + field + place + " must be " + allowed + ", got " + shortened(value);
    }

    private static String shortened(String value) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < value.length() && i < SHOWN_CHARACTERS; i++) {
            char c = value.charAt(i);
            shown.append(Character.isISOControl(c) ? '\uFFFD' : c);
        }
        return value.length() > SHOWN_CHARACTERS ? shown + "…" : shown.toString();
    }

    /** The field that is wrong. */
    public String field() {
        return field;
    }

    /** Byte offset of the field in the file; -1 where it has none. */
    public long offset() {
        return offset;
    }

    /** The value seen, shortened. */
    public String value() {
        return value;
    }

    /** What is allowed instead. */
    public String allowed() {
        return allowed;
    }
}
