package dev.loramill.outbox.legacy;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Effect that can be counted: a row for each record. */
final class Effects {
    private Effects() {}

    static void insert(Connection tx, List<ConsumerRecord<String, byte[]>> batch)
            throws SQLException {
        try (PreparedStatement insert = tx.prepareStatement("INSERT INTO effect VALUES (?)")) {
            for (ConsumerRecord<String, byte[]> record : batch) {
                insert.setString(1, new String(record.value(), StandardCharsets.UTF_8));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
