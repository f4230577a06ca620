package dev.loramill.outbox.legacy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The effect of a batch of events on the database. */
@FunctionalInterface
public interface BatchHandler {
    /**
     * Takes effect through a transaction that it must neither commit nor roll back.
     *
     * @param tx transaction that also stores the offsets of the batch
     * @param batch events, not empty, those of a partition in order
     * @throws PoisonEventException to have one event of the batch dead-lettered
     * @throws SQLException or any unchecked exception to have the batch undone and handled again
     */
    void handle(Connection tx, List<ConsumedEvent> batch) throws SQLException;
}
