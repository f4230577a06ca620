package dev.loramill.outbox;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The effect on the database of a batch of records that need not be events. */
@FunctionalInterface
public interface RecordHandler {
    /**
     * Takes effect in the transaction that also stores the offsets of the batch. Judges first: what
     * it gives to the dead letters must not have had an effect.
     *
     * @param batch records, not empty, those of a partition in order; values may be null
     * @param deadLetters takes the records that can never take effect
     * @throws Exception anything, to have the batch undone and handled again
     */
    void handle(List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters)
            throws Exception;
}
