package dev.loramill.outbox.legacy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/** SQL of the table {@code consumer_offset}, for one consumer group. */
final class OffsetTable {
    private final String group;

    OffsetTable(String group) {
        this.group = group;
    }

    /** Offset of the next record to process; empty when none of the partition was. */
    OptionalLong read(Connection tx, TopicPartition partition) throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement(
                        "SELECT next_offset FROM consumer_offset WHERE consumer_group = ? AND topic = ? AND partition = ?")) {
            select.setString(1, group);
            select.setString(2, partition.topic());
            select.setInt(3, partition.partition());
            try (ResultSet result = select.executeQuery()) {
                return result.next() ? OptionalLong.of(result.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /**
     * Moves the offset from where this consumer knows it.
     *
     * @return false when another consumer of the group has moved it: the transaction is to be
     *     undone
     */
    boolean advance(Connection tx, TopicPartition partition, OptionalLong from, long to)
            throws SQLException {
        String sql =
                from.isPresent()
                        ? "UPDATE consumer_offset SET next_offset = ? WHERE consumer_group = ? AND topic = ? AND partition = ? AND next_offset = ?"
                        : "INSERT INTO consumer_offset (next_offset, consumer_group, topic, partition) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
        try (PreparedStatement write = tx.prepareStatement(sql)) {
            write.setLong(1, to);
            write.setString(2, group);
            write.setString(3, partition.topic());
            write.setInt(4, partition.partition());
            if (from.isPresent()) {
                write.setLong(5, from.getAsLong());
            }
            return write.executeUpdate() == 1;
        }
    }
}
