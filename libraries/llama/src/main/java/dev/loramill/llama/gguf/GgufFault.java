package dev.loramill.llama.gguf;

/**
 * One reason why a file was refused.
 *
 * @param rule the rule that it breaks, in a few words with hyphens, such as {@code alpha}
 * @param message which part is wrong, the value seen, and what is allowed
 */
public record GgufFault(String rule, String message) {
    @Override
    public String toString() {
        return rule + ": " + message;
    }
}
