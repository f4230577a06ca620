package dev.loramill.outbox.legacy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The effect on the database of a batch of records that need not be events. */
@FunctionalInterface
public interface RawBatchHandler {
    /**
     * Takes effect through a transaction that it must neither commit nor roll back.
     *
     * @param tx transaction that also stores the offsets of the batch
     * @param batch records, not empty, those of a partition in order; values may be null
     * @throws PoisonEventException to have one record of the batch dead-lettered
     * @throws SQLException or any unchecked exception to have the batch undone and handled again
     */
    void handle(Connection tx, List<ConsumerRecord<String, byte[]>> batch) throws SQLException;
}
