package dev.loramill.train.openai;

import org.jspecify.annotations.Nullable;

/** Body of every answer that is an error. */
public record ErrorBody(Error error) {
    /** What is wrong. */
    public record Error(
            String message, String type, @Nullable String param, @Nullable String code) {}

    static ErrorBody of(
            String message, String type, @Nullable String param, @Nullable String code) {
        return new ErrorBody(new Error(message, type, param, code));
    }
}
