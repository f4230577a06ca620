package dev.loramill.outbox.legacy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** SQL of the table {@code outbox}. */
final class OutboxTable {
    /** Name spaces of the advisory locks: of keys, and of the one relay that is at work. */
    private static final int KEY_LOCKS = 0x4c6f7261;

    private static final int RELAY_LOCK = KEY_LOCKS + 1;

    /** Bounds the locks that one transaction can hold. */
    private static final int KEY_LOCK_COUNT = 1024;

    private static final JsonMapper MAPPER = new JsonMapper();

    private OutboxTable() {}

    /** A record with its place in the table. */
    record Row(long id, OutboxRecord record) {}

    /** Name and value of a header, in JSON. */
    @SuppressWarnings("ArrayRecordComponent") // carried, never compared
    record StoredHeader(String name, byte @Nullable [] value) {}

    static void insert(Connection tx, OutboxRecord record) throws SQLException {
        if (tx.getAutoCommit()) {
            throw new IllegalStateException(
                    "an event for topic \"%s\" must be published in a transaction, but the connection commits each statement by itself"
                            .formatted(record.topic()));
        }
        lockKey(tx, record.key());
        try (PreparedStatement insert =
                tx.prepareStatement(
                        "INSERT INTO outbox (topic, record_key, value, headers) VALUES (?, ?, ?, ?)")) {
            insert.setString(1, record.topic());
            insert.setBytes(2, record.key());
            insert.setBytes(3, record.value());
            insert.setString(4, write(record.headers()));
            insert.executeUpdate();
        }
    }

    /** Whether this transaction is the one that may send until its end. */
    static boolean tryLockForRelay(Connection tx) throws SQLException {
        try (PreparedStatement lock =
                tx.prepareStatement("SELECT pg_try_advisory_xact_lock(?, 0)")) {
            lock.setInt(1, RELAY_LOCK);
            try (ResultSet result = lock.executeQuery()) {
                return result.next() && result.getBoolean(1);
            }
        }
    }

    static List<Row> first(Connection tx, int count) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (PreparedStatement select =
                tx.prepareStatement(
                        "SELECT id, topic, record_key, value, headers FROM outbox ORDER BY id LIMIT ?")) {
            select.setInt(1, count);
            try (ResultSet result = select.executeQuery()) {
                while (result.next()) {
                    rows.add(
                            new Row(
                                    result.getLong(1),
                                    new OutboxRecord(
                                            text(result, 2),
                                            result.getBytes(3),
                                            result.getBytes(4),
                                            read(text(result, 5)))));
                }
            }
        }
        return rows;
    }

    static void delete(Connection tx, List<Row> rows) throws SQLException {
        try (PreparedStatement delete =
                tx.prepareStatement("DELETE FROM outbox WHERE id = ANY (?)")) {
            Long[] ids = rows.stream().map(Row::id).toArray(Long[]::new);
            delete.setArray(1, tx.createArrayOf("bigint", ids));
            delete.executeUpdate();
        }
    }

    static long count(Connection tx) throws SQLException {
        try (PreparedStatement select = tx.prepareStatement("SELECT count(*) FROM outbox");
                ResultSet result = select.executeQuery()) {
            return result.next() ? result.getLong(1) : 0;
        }
    }

    private static void lockKey(Connection tx, byte @Nullable [] key) throws SQLException {
        if (key == null) {
            return;
        }
        try (PreparedStatement lock = tx.prepareStatement("SELECT pg_advisory_xact_lock(?, ?)")) {
            lock.setInt(1, KEY_LOCKS);
            lock.setInt(2, Math.floorMod(Arrays.hashCode(key), KEY_LOCK_COUNT));
            lock.execute();
        }
    }

    private static String write(List<Header> headers) {
        try {
            return MAPPER.writeValueAsString(
                    headers.stream()
                            .map(header -> new StoredHeader(header.key(), header.value()))
                            .toList());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write the headers of a record as JSON", e);
        }
    }

    private static List<Header> read(String headers) {
        try {
            return MAPPER.readValue(headers, new TypeReference<List<StoredHeader>>() {}).stream()
                    .<Header>map(header -> new RecordHeader(header.name(), header.value()))
                    .toList();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the headers of a record are not JSON", e);
        }
    }

    private static String text(ResultSet result, int column) throws SQLException {
        String text = result.getString(column);
        if (text == null) {
            throw new SQLException("column %d of outbox is null".formatted(column));
        }
        return text;
    }
}
