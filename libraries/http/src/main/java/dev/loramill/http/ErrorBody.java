package dev.loramill.http;

import org.jspecify.annotations.Nullable;

/**
 * Body of every answer that is an error.
 *
 * @param error what is wrong
 */
public record ErrorBody(Fault error) {
    /**
     * What is wrong.
     *
     * @param message sentence for a person
     * @param type kind of fault: {@code invalid_request_error} or {@code server_error}
     * @param param part of the request that is meant; null when it is the whole
     * @param code name of the fault for programs, such as {@code model_not_found}
     */
    public record Fault(String message, String type, @Nullable String param, String code) {
        public Fault {
            message = AnswerText.of(message);
            param = param == null ? null : AnswerText.of(param);
        }
    }

    static ErrorBody of(int status, String message, @Nullable String param, String code) {
        String type = status < 500 ? "invalid_request_error" : "server_error";
        return new ErrorBody(new Fault(message, type, param, code));
    }
}
