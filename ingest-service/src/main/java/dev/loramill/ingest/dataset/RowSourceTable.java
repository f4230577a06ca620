package dev.loramill.ingest.dataset;

import dev.loramill.ingest.database.Columns;
import dev.loramill.ingest.row.RowFormat;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** SQL of the table {@code row_source}. */
@ApplicationScoped
class RowSourceTable {
    private static final String COLUMNS = "dataset_id, source_id, sha256, format, is_whole, state";

    /** A source with its state. */
    record Entry(RowSource source, RowSource.State state) {}

    void insert(Connection tx, RowSource source) throws SQLException {
        try (PreparedStatement insert =
                tx.prepareStatement(
                        "INSERT INTO row_source ("
                                + COLUMNS
                                + ", created_at) VALUES (?, ?, ?, ?, ?, 'pending', now())")) {
            RowFormat format = source.format();
            insert.setString(1, source.datasetId());
            insert.setString(2, source.id());
            insert.setString(3, source.sha256());
            insert.setString(4, format == null ? null : format.id());
            insert.setBoolean(5, source.isWhole());
            insert.executeUpdate();
        }
    }

    Optional<Entry> find(Connection tx, String datasetId, String sourceId) throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement(
                        "SELECT "
                                + COLUMNS
                                + " FROM row_source WHERE dataset_id = ? AND source_id = ?")) {
            select.setString(1, datasetId);
            select.setString(2, sourceId);
            return read(select).stream().findFirst();
        }
    }

    /** Sources that are accepted and not yet counted, oldest first. */
    List<RowSource> pending(Connection tx) throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement(
                        "SELECT "
                                + COLUMNS
                                + " FROM row_source WHERE state = 'pending' ORDER BY created_at")) {
            return read(select).stream().map(Entry::source).toList();
        }
    }

    long pendingCount(Connection tx, String datasetId) throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement(
                        "SELECT count(*) FROM row_source"
                                + " WHERE dataset_id = ? AND state = 'pending'")) {
            select.setString(1, datasetId);
            try (ResultSet result = select.executeQuery()) {
                return result.next() ? result.getLong(1) : 0;
            }
        }
    }

    /** Ends a pending source; false when it had ended before, and then nothing may be counted. */
    boolean end(Connection tx, RowSource source, RowSource.State state, ReadCounts counts)
            throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement(
                        """
                        UPDATE row_source SET state = ?, row_count = ?, refused_count = ?
                        WHERE dataset_id = ? AND source_id = ? AND state = 'pending'
                        """)) {
            update.setString(1, state.name().toLowerCase(Locale.ROOT));
            update.setLong(2, counts.rows());
            update.setLong(3, counts.refused());
            update.setString(4, source.datasetId());
            update.setString(5, source.id());
            return update.executeUpdate() == 1;
        }
    }

    private static List<Entry> read(PreparedStatement select) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (ResultSet result = select.executeQuery()) {
            while (result.next()) {
                entries.add(
                        new Entry(
                                new RowSource(
                                        Columns.text(result, "dataset_id"),
                                        Columns.text(result, "source_id"),
                                        Columns.text(result, "sha256"),
                                        format(result.getString("format")),
                                        result.getBoolean("is_whole")),
                                RowSource.State.valueOf(
                                        Columns.text(result, "state").toUpperCase(Locale.ROOT))));
            }
        }
        return entries;
    }

    private static @Nullable RowFormat format(@Nullable String id) {
        return id == null ? null : RowFormat.named(id).orElseThrow();
    }
}
