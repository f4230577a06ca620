package dev.loramill.outbox;

/** A handler's own reason for giving a record to the dead letters. */
final class RejectedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RejectedRecordException(String reason) {
        super(reason);
    }
}
