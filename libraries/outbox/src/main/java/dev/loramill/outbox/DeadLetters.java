package dev.loramill.outbox;

import dev.loramill.events.DeadLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records of a batch that can never take effect. They go to the dead-letter queues of their topics,
 * each as a {@link DeadLetter}, by the outbox and in the transaction of the batch; so each costs an
 * insert and no more.
 */
public final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    private final IntSupplier maxRequestBytes;
    private final List<OutboxRow> rows = new ArrayList<>();

    /**
     * @param maxRequestBytes tells the largest record that the outbox can send, in bytes
     */
    DeadLetters(IntSupplier maxRequestBytes) {
        this.maxRequestBytes = maxRequestBytes;
    }

    /**
     * Condemns an event.
     *
     * @param reason what is wrong with it, in words for a person
     */
    public void add(ConsumedEvent event, String reason) {
        add(event.record(), new RejectedRecordException(reason));
    }

    /**
     * Condemns a record.
     *
     * @param reason what is wrong with it, in words for a person
     */
    public void add(ConsumerRecord<String, byte[]> record, String reason) {
        add(record, new RejectedRecordException(reason));
    }

    /**
     * Condemns a record.
     *
     * @param cause what was thrown when it was read; its message is the reason
     */
    public void add(ConsumerRecord<String, byte[]> record, Exception cause) {
        DeadLetter letter = DeadLetter.of(record, cause, maxRequestBytes.getAsInt());
        rows.add(OutboxRow.of(letter.topic(), letter.key(), letter.value(), letter.headers()));
        LOG.atWarn()
                .addKeyValue("topic", record.topic())
                .addKeyValue("partition", record.partition())
                .addKeyValue("offset", record.offset())
                .addKeyValue("cause", cause.getClass().getSimpleName())
                .log("A record goes to the dead-letter queue");
    }

    List<OutboxRow> rows() {
        return rows;
    }
}
