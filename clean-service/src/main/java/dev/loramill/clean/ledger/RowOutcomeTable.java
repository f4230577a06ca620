package dev.loramill.clean.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code row_outcome}, a line for each row. SQL, not entities: a statement stores a
 * thousand outcomes and tells which of them were new. It runs in the transaction at hand, because
 * the data source's connections take part in it.
 */
@ApplicationScoped
class RowOutcomeTable {
    private static final String INSERT =
            """
            WITH inserted AS (
                INSERT INTO row_outcome (dataset_id, row_id, outcome, source, line, stage, rule,
                                         reason, digest, messages, original, rules_applied)
                SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[],
                                     ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                                     ?::text[], ?::text[])
                ON CONFLICT DO NOTHING
                RETURNING dataset_id, outcome)
            SELECT dataset_id,
                   count(*) FILTER (WHERE outcome = 'kept') AS kept,
                   count(*) FILTER (WHERE outcome = 'rejected') AS rejected,
                   count(*) FILTER (WHERE outcome = 'duplicate') AS duplicate
            FROM inserted GROUP BY dataset_id ORDER BY dataset_id
            """;

    /** Texts of rows that one statement takes; the driver makes some copies of them. */
    private static final long STATEMENT_CHARACTERS = 2 << 20;

    private final DataSource dataSource;

    RowOutcomeTable(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** How many rows of a dataset were new in a batch. */
    record Added(String datasetId, long kept, long rejected, long duplicate) {
        Added plus(Added other) {
            return new Added(
                    datasetId,
                    kept + other.kept,
                    rejected + other.rejected,
                    duplicate + other.duplicate);
        }

        static Added none() {
            return new Added("", 0, 0, 0);
        }
    }

    /** Stores outcomes; those of rows that have one already change nothing. */
    List<Added> insert(List<RowOutcome> rows) throws SQLException {
        Map<String, Added> added = new TreeMap<>();
        int begin = 0;
        long characters = 0;
        for (int i = 0; i <= rows.size(); i++) {
            long next = i < rows.size() ? rows.get(i).characters() : 0;
            boolean isFull = characters + next > STATEMENT_CHARACTERS && i > begin;
            if (isFull || i == rows.size()) {
                for (Added portion : insertAtOnce(rows.subList(begin, i))) {
                    added.merge(portion.datasetId(), portion, Added::plus);
                }
                begin = i;
                characters = 0;
            }
            characters += next;
        }
        return List.copyOf(added.values());
    }

    private List<Added> insertAtOnce(List<RowOutcome> rows) throws SQLException {
        try (Connection tx = dataSource.getConnection();
                PreparedStatement insert = tx.prepareStatement(INSERT)) {
            insert.setArray(1, texts(tx, rows, RowOutcome::datasetId));
            insert.setArray(2, texts(tx, rows, row -> row.origin().rowId()));
            insert.setArray(3, texts(tx, rows, row -> row.outcome().label()));
            insert.setArray(4, texts(tx, rows, row -> row.origin().source()));
            insert.setArray(
                    5,
                    tx.createArrayOf(
                            "bigint",
                            rows.stream().map(row -> row.origin().line()).toArray(Long[]::new)));
            insert.setArray(6, texts(tx, rows, RowOutcome::stage));
            insert.setArray(7, texts(tx, rows, RowOutcome::rule));
            insert.setArray(8, texts(tx, rows, RowOutcome::reason));
            insert.setArray(9, texts(tx, rows, RowOutcome::digest));
            insert.setArray(10, texts(tx, rows, RowOutcome::messages));
            insert.setArray(11, texts(tx, rows, RowOutcome::original));
            insert.setArray(12, texts(tx, rows, RowOutcome::rulesApplied));
            try (ResultSet result = insert.executeQuery()) {
                List<Added> added = new ArrayList<>();
                while (result.next()) {
                    added.add(
                            new Added(
                                    text(result, "dataset_id"),
                                    result.getLong("kept"),
                                    result.getLong("rejected"),
                                    result.getLong("duplicate")));
                }
                return added;
            }
        }
    }

    /** Deletes what became of the rows of a dataset. */
    void delete(String datasetId) throws SQLException {
        try (Connection tx = dataSource.getConnection();
                PreparedStatement delete =
                        tx.prepareStatement("DELETE FROM row_outcome WHERE dataset_id = ?")) {
            delete.setString(1, datasetId);
            delete.executeUpdate();
        }
    }

    /**
     * Text of a column that is declared NOT NULL.
     *
     * @throws SQLException when it is null, against its declaration
     */
    static String text(ResultSet result, String column) throws SQLException {
        String text = result.getString(column);
        if (text == null) {
            throw new SQLException("column \"%s\" must not be null".formatted(column));
        }
        return text;
    }

    private static Array texts(
            Connection tx, List<RowOutcome> rows, Function<RowOutcome, @Nullable String> column)
            throws SQLException {
        @Nullable Object[] values = new @Nullable Object[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return tx.createArrayOf("text", values);
    }
}
