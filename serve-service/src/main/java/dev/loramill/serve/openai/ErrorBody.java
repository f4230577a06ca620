package dev.loramill.serve.openai;

import org.jspecify.annotations.Nullable;

/**
 * The body of every answer that is an error.
 *
 * @param error what went wrong
 */
public record ErrorBody(Fault error) {
    /**
     * What went wrong.
     *
     * @param message sentence for a person
     * @param type kind, such as {@code invalid_request_error}
     * @param param field of the request that is meant
     * @param code name for programs, such as {@code model_not_found}
     */
    public record Fault(
            String message, String type, @Nullable String param, @Nullable String code) {}
}
