package dev.loramill.clean.errors;

import org.jspecify.annotations.Nullable;

/** Body of every answer that is an error. */
record ErrorBody(Error error) {
    /** What is wrong. */
    record Error(String message, String type, @Nullable String param, @Nullable String code) {}

    static ErrorBody of(int status, String message, @Nullable String param, @Nullable String code) {
        return new ErrorBody(
                new Error(
                        message,
                        status < 500 ? "invalid_request_error" : "server_error",
                        param,
                        code));
    }
}
