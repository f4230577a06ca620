package dev.loramill.llama.jinja;

/**
 * The value of what is not there.
 *
 * @param what the name that was asked for
 */
record Undefined(String what) {
    TemplateException used() {
        return new TemplateException("chat template: \"" + what + "\" is undefined");
    }
}
