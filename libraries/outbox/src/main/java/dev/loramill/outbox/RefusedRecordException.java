package dev.loramill.outbox;

/** Kafka will never take a record, for the reason in the message. */
final class RefusedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RefusedRecordException(String reason) {
        super(reason);
    }
}
