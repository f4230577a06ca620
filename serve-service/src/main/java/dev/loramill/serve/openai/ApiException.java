package dev.loramill.serve.openai;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A request that is not answered, with what its sender is told. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER = "server_error";

    private final int status;
    private final String type;
    private final @Nullable String param;
    private final @Nullable String code;
    private final @Nullable Duration retryAfter;

    private ApiException(
            int status,
            String type,
            String message,
            @Nullable String param,
            @Nullable String code,
            @Nullable Duration retryAfter) {
        super(message);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /** 400: the request is wrong, and stays wrong when it is sent again. */
    public static ApiException invalid(
            String message, @Nullable String param, @Nullable String code) {
        return new ApiException(400, INVALID_REQUEST, message, param, code, null);
    }

    /** 404: no model of that name is served; names those that are. */
    public static ApiException modelNotFound(String model, Collection<String> known) {
        String served =
                known.stream().map(name -> "\"" + name + "\"").collect(Collectors.joining(", "));
        return new ApiException(
                404,
                INVALID_REQUEST,
                "model \"%s\" is not served here; served are: %s".formatted(model, served),
                "model",
                "model_not_found",
                null);
    }

    /** 503: the request can be answered later. */
    public static ApiException unavailable(String message, String code, Duration retryAfter) {
        return new ApiException(503, SERVER, message, null, code, retryAfter);
    }

    /** Any other refusal of a request, by its HTTP status. */
    public static ApiException ofStatus(int status, String message) {
        return new ApiException(
                status, status < 500 ? INVALID_REQUEST : SERVER, message, null, null, null);
    }

    /** 500: a fault of this service; the log has more. */
    public static ApiException internal() {
        return new ApiException(
                500,
                SERVER,
                "the server failed to answer; its log has the reason",
                null,
                "internal_error",
                null);
    }

    /** HTTP status. */
    public int status() {
        return status;
    }

    /** When to ask again, where asking again may help. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** The body that tells the sender. */
    public ErrorBody body() {
        String message = getMessage();
        return new ErrorBody(
                new ErrorBody.Fault(message == null ? "" : message, type, param, code));
    }
}
