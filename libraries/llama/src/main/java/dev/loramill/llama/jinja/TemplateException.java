package dev.loramill.llama.jinja;

/** A template is malformed, asks for what is not there, or refuses its input. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what is wrong. */
    public TemplateException(String message) {
        super(message);
    }

    static TemplateException at(int line, String message) {
        return new TemplateException("chat template, line " + line + ": " + message);
    }
}
