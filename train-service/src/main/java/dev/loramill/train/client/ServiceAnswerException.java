package dev.loramill.train.client;

/** Another service answered that the request is wrong, and stays wrong. */
final class ServiceAnswerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /**
     * @param message sentence that the service gave
     */
    ServiceAnswerException(int status, String message) {
        super(message);
        this.status = status;
    }

    boolean isMissing() {
        return status == 404;
    }
}
