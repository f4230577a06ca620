package dev.loramill.train.openai;

import org.jspecify.annotations.Nullable;

/** A request that is refused, with what a client needs to know about it. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int RETRY_SECONDS = 2;

    private final Category category;
    private final String code;
    private final @Nullable String param;

    private RefusedException(
            Category category, String code, @Nullable String param, String message) {
        super(message);
        this.category = category;
        this.code = code;
        this.param = param;
    }

    /** Whose fault it is, and what a client should do. */
    public enum Category {
        /** The request is wrong; sending it again is of no use. */
        INVALID(400),
        /** The thing named is not there. */
        MISSING(404),
        /** Something that this service needs is away. */
        UNAVAILABLE(503);

        private final int status;

        Category(int status) {
            this.status = status;
        }

        /** HTTP status. */
        public int status() {
            return status;
        }
    }

    /** Refuses a request that is wrong; {@code param} names the part of it. */
    public static RefusedException invalid(String code, @Nullable String param, String message) {
        return new RefusedException(Category.INVALID, code, param, message);
    }

    /** Refuses a request for a thing that is not there. */
    public static RefusedException missing(String code, @Nullable String param, String message) {
        return new RefusedException(Category.MISSING, code, param, message);
    }

    /** Refuses a request because something is away that this service needs. */
    public static RefusedException unavailable(String message) {
        return new RefusedException(Category.UNAVAILABLE, "service_unavailable", null, message);
    }

    /** Whose fault it is. */
    public Category category() {
        return category;
    }

    /** Kind of fault, for machines. */
    public String code() {
        return code;
    }

    /** Part of the request that is at fault, or null. */
    public @Nullable String param() {
        return param;
    }

    /** Error body of the answer. */
    public ErrorBody body() {
        String type =
                category == Category.UNAVAILABLE ? "service_unavailable" : "invalid_request_error";
        return ErrorBody.of(String.valueOf(getMessage()), type, param, code);
    }

    /** Seconds after which a client should try again, or 0 when it should not. */
    public int retryAfterSeconds() {
        return category == Category.UNAVAILABLE ? RETRY_SECONDS : 0;
    }
}
