package dev.loramill.http;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that is refused, with all that its sender is told. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final Duration SOON = Duration.ofSeconds(2);

    private final int status;
    private final String code;
    private final @Nullable String param;
    private final @Nullable Duration retryAfter;

    private RefusedException(
            int status,
            String code,
            @Nullable String param,
            String message,
            @Nullable Duration retryAfter) {
        super(message);
        this.status = status;
        this.code = code;
        this.param = param;
        this.retryAfter = retryAfter;
    }

    /**
     * 400: the request is wrong and stays wrong.
     *
     * @param param part of the request that is wrong; null when it is the whole
     */
    public static RefusedException invalid(String code, @Nullable String param, String message) {
        return new RefusedException(400, code, param, message, null);
    }

    /** 403: the sender may not ask for it. */
    public static RefusedException forbidden(String code, String message) {
        return new RefusedException(403, code, null, message, null);
    }

    /** 421: the request is meant for another host. */
    public static RefusedException misdirected(String message) {
        return new RefusedException(421, "host_not_allowed", null, message, null);
    }

    /** 404: the thing that is named is not there. */
    public static RefusedException missing(String code, @Nullable String param, String message) {
        return new RefusedException(404, code, param, message, null);
    }

    /** 409: the state of things forbids it, for good. */
    public static RefusedException conflict(String code, @Nullable String param, String message) {
        return new RefusedException(409, code, param, message, null);
    }

    /** 409: the state of things forbids it for the moment; clients try again. */
    public static RefusedException notYet(String code, String message) {
        return new RefusedException(409, code, null, message, SOON);
    }

    /** 413: more bytes than are allowed. */
    public static RefusedException tooLarge(String message) {
        return new RefusedException(413, "body_too_large", null, message, null);
    }

    /** 502: another service failed, and would again. */
    public static RefusedException failedBehind(String message) {
        return new RefusedException(502, "service_failed", null, message, null);
    }

    /** 503: something is away that is needed; clients try again. */
    public static RefusedException unavailable(String message) {
        return unavailable("service_unavailable", message, SOON);
    }

    /** 503: it cannot be done now; clients try again after a while. */
    public static RefusedException unavailable(String code, String message, Duration retryAfter) {
        return new RefusedException(503, code, null, message, retryAfter);
    }

    /** HTTP status of the answer. */
    public int status() {
        return status;
    }

    /** Name of the fault, for programs. */
    public String code() {
        return code;
    }

    /** Part of the request that is at fault; null when it is the whole. */
    public @Nullable String param() {
        return param;
    }

    /** When to try again, where that may help. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Body of the answer. */
    public ErrorBody body() {
        return ErrorBody.of(status, String.valueOf(getMessage()), param, code);
    }
}
