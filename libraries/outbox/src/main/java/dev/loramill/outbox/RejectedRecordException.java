package dev.loramill.outbox;

/** The reason for giving a record to the dead letters. */
final class RejectedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A handler's own reason. */
    RejectedRecordException(String reason) {
        super(reason);
    }

    /** A record that no handler takes. */
    RejectedRecordException(Throwable fault) {
        super(RecordFault.reason(fault), fault);
    }
}
