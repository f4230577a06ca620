package dev.loramill.ingest.dataset;

import dev.loramill.events.RecipeReference;
import dev.loramill.http.PageRequest;
import dev.loramill.ingest.database.Columns;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** SQL of the table {@code dataset}. */
@ApplicationScoped
public class DatasetTable {
    private static final String SELECT =
            "SELECT id, name, recipe_name, recipe_digest, file_id, file_sha256, state, row_count,"
                    + " refused_count, fault, created_at FROM dataset ";

    /** Inserts a dataset; false when there is one of that id. */
    boolean insert(Connection tx, Dataset dataset) throws SQLException {
        try (PreparedStatement insert =
                tx.prepareStatement(
                        """
                        INSERT INTO dataset (id, name, recipe_name, recipe_digest, file_id,
                                             file_sha256, state, created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                        """)) {
            insert.setString(1, dataset.id());
            insert.setString(2, dataset.name());
            insert.setString(3, dataset.recipe().name());
            insert.setString(4, dataset.recipe().digest());
            insert.setString(5, dataset.fileId());
            insert.setString(6, dataset.fileSha256());
            insert.setString(7, dataset.state().name().toLowerCase(Locale.ROOT));
            insert.setTimestamp(8, Timestamp.from(dataset.createdAt()));
            return insert.executeUpdate() == 1;
        }
    }

    /** The dataset as it is at the moment. */
    public Optional<Dataset> find(Connection tx, String id) throws SQLException {
        return select(tx, id, "WHERE id = ?");
    }

    /** The dataset, which no other transaction can change or add sources to until this one ends. */
    public Optional<Dataset> lock(Connection tx, String id) throws SQLException {
        return select(tx, id, "WHERE id = ? FOR UPDATE");
    }

    /** At most one dataset more than the limit of the page. */
    List<Dataset> list(Connection tx, PageRequest page) throws SQLException {
        String direction = page.isAscending() ? "ASC" : "DESC";
        String beyond = page.isAscending() ? ">" : "<";
        String sql =
                SELECT
                        + """
                        WHERE ?::text IS NULL
                           OR (created_at, id) %s (SELECT created_at, id FROM dataset WHERE id = ?)
                        ORDER BY created_at %s, id %s LIMIT ?
                        """
                                .formatted(beyond, direction, direction);
        try (PreparedStatement select = tx.prepareStatement(sql)) {
            select.setString(1, page.after());
            select.setString(2, page.after());
            select.setInt(3, page.limit() + 1);
            return read(select);
        }
    }

    /** Counts rows that stand on Kafka, or will for certain. */
    public void addCounts(Connection tx, String id, long rows, long refused) throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement(
                        "UPDATE dataset SET row_count = row_count + ?,"
                                + " refused_count = refused_count + ? WHERE id = ?")) {
            update.setLong(1, rows);
            update.setLong(2, refused);
            update.setString(3, id);
            update.executeUpdate();
        }
    }

    void seal(Connection tx, String id) throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement("UPDATE dataset SET state = 'sealed' WHERE id = ?")) {
            update.setString(1, id);
            update.executeUpdate();
        }
    }

    void setFault(Connection tx, String id, String fault) throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement("UPDATE dataset SET fault = ? WHERE id = ?")) {
            update.setString(1, fault);
            update.setString(2, id);
            update.executeUpdate();
        }
    }

    private static Optional<Dataset> select(Connection tx, String id, String where)
            throws SQLException {
        try (PreparedStatement select = tx.prepareStatement(SELECT + where)) {
            select.setString(1, id);
            return read(select).stream().findFirst();
        }
    }

    private static List<Dataset> read(PreparedStatement select) throws SQLException {
        List<Dataset> datasets = new ArrayList<>();
        try (ResultSet result = select.executeQuery()) {
            while (result.next()) {
                datasets.add(
                        new Dataset(
                                Columns.text(result, "id"),
                                Columns.text(result, "name"),
                                new RecipeReference(
                                        Columns.text(result, "recipe_name"),
                                        Columns.text(result, "recipe_digest")),
                                result.getString("file_id"),
                                result.getString("file_sha256"),
                                Dataset.State.valueOf(
                                        Columns.text(result, "state").toUpperCase(Locale.ROOT)),
                                result.getLong("row_count"),
                                result.getLong("refused_count"),
                                result.getString("fault"),
                                Columns.instant(result, "created_at")));
            }
        }
        return datasets;
    }
}
