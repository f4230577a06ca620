package dev.loramill.clean.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.EventJson;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * The kept rows of a dataset, as the ledger has them. A stream of rows with SQL, not entities: a
 * dataset may be larger than memory. Used within a transaction, without which the database would
 * send all digests at once.
 */
public final class KeptRows {
    /** Rows that are asked for at once, and bytes of their messages that are held at once. */
    private static final int CHUNK = 500;

    static final int CHUNK_BYTES = 1 << 20;
    private static final int FETCH_SIZE = 5_000;

    private final DataSource dataSource;
    private final String datasetId;

    /**
     * The kept rows of one dataset.
     *
     * @param dataSource connections that take part in the transaction at hand
     */
    public KeptRows(DataSource dataSource, String datasetId) {
        this.dataSource = dataSource;
        this.datasetId = datasetId;
    }

    /**
     * A kept row.
     *
     * @param digest digest of its cleaned messages
     * @param messages the cleaned messages
     */
    public record KeptRow(String digest, List<ChatMessage> messages) {}

    /** What is done with each row. */
    @FunctionalInterface
    public interface RowConsumer<E extends Exception> {
        /** Takes a row. */
        void accept(KeptRow row) throws E;
    }

    /** What is done with some hundred rows. */
    @FunctionalInterface
    public interface ChunkConsumer<E extends Exception> {
        /** Takes rows, in order. */
        void accept(List<KeptRow> rows) throws E;
    }

    /**
     * Digests of all kept rows, in no order.
     *
     * @throws IllegalStateException outside a transaction
     */
    public List<String> digests() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT DISTINCT digest FROM row_outcome"
                                        + " WHERE dataset_id = ? AND outcome = 'kept'")) {
            if (connection.getAutoCommit()) {
                throw new IllegalStateException(
                        "the digests of dataset \"%s\" must be read in a transaction, else the database sends all of them at once"
                                .formatted(datasetId));
            }
            select.setString(1, datasetId);
            select.setFetchSize(FETCH_SIZE);
            try (ResultSet result = select.executeQuery()) {
                List<String> digests = new ArrayList<>();
                while (result.next()) {
                    digests.add(RowOutcomeTable.text(result, "digest"));
                }
                return digests;
            }
        }
    }

    /** Gives rows one after the other, in the order of their digests in the list. */
    public <E extends Exception> void forEach(List<String> digests, RowConsumer<E> consumer)
            throws SQLException, E {
        this.<E>forEachChunk(
                digests,
                rows -> {
                    for (KeptRow row : rows) {
                        consumer.accept(row);
                    }
                });
    }

    /**
     * Gives rows some hundred at a time, fewer when they are long, in the order of their digests in
     * the list: not more than a megabyte of messages, or one row, is held at once.
     */
    public <E extends Exception> void forEachChunk(List<String> digests, ChunkConsumer<E> consumer)
            throws SQLException, E {
        for (int from = 0; from < digests.size(); from += CHUNK) {
            List<String> chunk = digests.subList(from, Math.min(from + CHUNK, digests.size()));
            Map<String, Long> sizes = sizes(chunk);
            int begin = 0;
            long bytes = 0;
            for (int i = 0; i < chunk.size(); i++) {
                long size = of(sizes, chunk.get(i));
                if (i > begin && bytes + size > CHUNK_BYTES) {
                    consumer.accept(rows(chunk.subList(begin, i)));
                    begin = i;
                    bytes = 0;
                }
                bytes += size;
            }
            consumer.accept(rows(chunk.subList(begin, chunk.size())));
        }
    }

    private List<KeptRow> rows(List<String> digests) throws SQLException {
        Map<String, KeptRow> found = read(digests);
        List<KeptRow> rows = new ArrayList<>(digests.size());
        for (String digest : digests) {
            rows.add(of(found, digest));
        }
        return rows;
    }

    private <T> T of(Map<String, T> found, String digest) throws SQLException {
        T row = found.get(digest);
        if (row == null) {
            throw new SQLException("row %s of dataset \"%s\" is gone".formatted(digest, datasetId));
        }
        return row;
    }

    /** Bytes of the rows' messages; the database tells them without reading the messages. */
    private Map<String, Long> sizes(List<String> digests) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT digest, octet_length(messages) AS size FROM row_outcome"
                                        + " WHERE dataset_id = ? AND outcome = 'kept'"
                                        + " AND digest = ANY(?::text[])")) {
            select.setString(1, datasetId);
            select.setArray(2, connection.createArrayOf("text", digests.toArray()));
            try (ResultSet result = select.executeQuery()) {
                Map<String, Long> sizes = new HashMap<>();
                while (result.next()) {
                    sizes.put(RowOutcomeTable.text(result, "digest"), result.getLong("size"));
                }
                return sizes;
            }
        }
    }

    private Map<String, KeptRow> read(List<String> digests) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT digest, messages FROM row_outcome WHERE dataset_id = ?"
                                        + " AND outcome = 'kept' AND digest = ANY(?::text[])")) {
            select.setString(1, datasetId);
            select.setArray(2, connection.createArrayOf("text", digests.toArray()));
            try (ResultSet result = select.executeQuery()) {
                Map<String, KeptRow> rows = new HashMap<>();
                while (result.next()) {
                    String digest = RowOutcomeTable.text(result, "digest");
                    rows.put(
                            digest,
                            new KeptRow(digest, parse(RowOutcomeTable.text(result, "messages"))));
                }
                return rows;
            }
        }
    }

    private static List<ChatMessage> parse(String json) {
        try {
            return List.of(EventJson.mapper().readValue(json, ChatMessage[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored row is not JSON", e);
        }
    }
}
