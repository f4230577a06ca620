package dev.loramill.clean.errors;

import org.jspecify.annotations.Nullable;

/** A request cannot be met, for a reason that its sender can understand. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int RETRY_AFTER_SECONDS = 2;

    private final int status;
    private final String code;
    private final transient @Nullable String param;
    private final int retryAfterSeconds;

    private RefusedException(
            int status, String code, @Nullable String param, String message, int retryAfter) {
        super(message);
        this.status = status;
        this.code = code;
        this.param = param;
        this.retryAfterSeconds = retryAfter;
    }

    /**
     * The request is wrong and stays wrong: 400.
     *
     * @param param name of the member that is wrong; null when it is the whole
     */
    public static RefusedException invalid(String code, @Nullable String param, String message) {
        return new RefusedException(400, code, param, message, 0);
    }

    /** The thing named in the request is not there: 404. */
    public static RefusedException missing(String code, @Nullable String param, String message) {
        return new RefusedException(404, code, param, message, 0);
    }

    /** The thing is not yet ready: 409, to be tried again. */
    public static RefusedException notYet(String code, String message) {
        return new RefusedException(409, code, null, message, RETRY_AFTER_SECONDS);
    }

    /** A part that is needed is away: 503, to be tried again. */
    public static RefusedException away(String message) {
        return new RefusedException(503, "service_unavailable", null, message, RETRY_AFTER_SECONDS);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    @Nullable String param() {
        return param;
    }

    int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
