package dev.loramill.llama.jinja;

/** A template is malformed, asks for what is not there, or refuses its input. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Longest message, in characters: templates are not trusted, and quoted in many places. */
    private static final int LONGEST = 800;

    /** Says what is wrong; a long sentence is cut. */
    public TemplateException(String message) {
        super(message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "...");
    }

    static TemplateException at(int line, String message) {
        return new TemplateException("chat template, line " + line + ": " + message);
    }
}
