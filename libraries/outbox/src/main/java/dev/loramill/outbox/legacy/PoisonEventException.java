package dev.loramill.outbox.legacy;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A handler can never process one record of its batch: the record goes to the dead-letter queue of
 * its topic, and the batch is handled again without it.
 */
public final class PoisonEventException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String topic;
    private final int partition;
    private final long offset;

    /** Condemns an event, for a reason that a person will read. */
    public PoisonEventException(ConsumedEvent event, String reason) {
        super(reason);
        this.topic = event.topic();
        this.partition = event.partition();
        this.offset = event.offset();
    }

    /** Condemns an event, for a reason that a person will read. */
    public PoisonEventException(ConsumedEvent event, String reason, Throwable cause) {
        this(event, reason);
        initCause(cause);
    }

    /** Condemns a raw record, for a reason that a person will read. */
    public PoisonEventException(ConsumerRecord<?, ?> record, String reason) {
        super(reason);
        this.topic = record.topic();
        this.partition = record.partition();
        this.offset = record.offset();
    }

    boolean condemns(ConsumerRecord<?, ?> record) {
        return record.topic().equals(topic)
                && record.partition() == partition
                && record.offset() == offset;
    }
}
