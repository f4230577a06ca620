package dev.loramill.clean.ledger;

import dev.loramill.clean.database.Columns;
import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetEvent;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowCounts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** SQL of the table {@code dataset}. */
final class DatasetTable {
    private static final String COLUMNS =
            "id, name, recipe_name, recipe_digest, state, row_count, kept, rejected, duplicate";

    private DatasetTable() {}

    /** Takes over what an event says of a dataset; a state never goes back. */
    static void update(Connection tx, DatasetEvent event) throws SQLException {
        try (PreparedStatement upsert =
                tx.prepareStatement(
                        """
                        INSERT INTO dataset (id, name, recipe_name, recipe_digest)
                        VALUES (?, ?, ?, ?)
                        ON CONFLICT (id) DO UPDATE SET name = excluded.name,
                            recipe_name = excluded.recipe_name,
                            recipe_digest = excluded.recipe_digest
                        """)) {
            upsert.setString(1, event.datasetId());
            upsert.setString(2, event.name());
            upsert.setString(3, event.recipe().name());
            upsert.setString(4, event.recipe().digest());
            upsert.executeUpdate();
        }
        if (event instanceof DatasetSealed sealed) {
            seal(tx, sealed);
        }
    }

    private static void seal(Connection tx, DatasetSealed sealed) throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement(
                        """
                        UPDATE dataset SET state = 'sealed', row_count = ?, refused_count = ?
                        WHERE id = ? AND state = 'open'
                        """)) {
            update.setLong(1, sealed.rowCount());
            update.setLong(2, sealed.refusedCount());
            update.setString(3, sealed.datasetId());
            update.executeUpdate();
        }
    }

    /** Adds to the counts of datasets. */
    static void count(Connection tx, List<OutcomeTable.Added> added) throws SQLException {
        try (PreparedStatement upsert =
                tx.prepareStatement(
                        """
                        INSERT INTO dataset (id, kept, rejected, duplicate) VALUES (?, ?, ?, ?)
                        ON CONFLICT (id) DO UPDATE SET kept = dataset.kept + excluded.kept,
                            rejected = dataset.rejected + excluded.rejected,
                            duplicate = dataset.duplicate + excluded.duplicate
                        """)) {
            for (OutcomeTable.Added of : added) {
                upsert.setString(1, of.datasetId());
                upsert.setLong(2, of.kept());
                upsert.setLong(3, of.rejected());
                upsert.setLong(4, of.duplicate());
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    /** Moves a sealed dataset of which every row has its outcome to cleaned; once. */
    static Optional<DatasetCleaned> complete(Connection tx, String datasetId) throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement(
                        """
                        UPDATE dataset SET state = 'cleaned'
                        WHERE id = ? AND state = 'sealed'
                            AND kept + rejected + duplicate = row_count
                        RETURNING %s
                        """
                                .formatted(COLUMNS))) {
            update.setString(1, datasetId);
            try (ResultSet result = update.executeQuery()) {
                if (!result.next()) {
                    return Optional.empty();
                }
                DatasetLedger ledger = ledger(result);
                RecipeReference recipe = ledger.recipe();
                if (recipe == null || ledger.name() == null) {
                    throw new SQLException(
                            "dataset \"%s\" is sealed without a recipe".formatted(datasetId));
                }
                return Optional.of(
                        new DatasetCleaned(
                                datasetId,
                                ledger.name(),
                                recipe,
                                new RowCounts(
                                        ledger.received(),
                                        ledger.kept(),
                                        ledger.rejected(),
                                        ledger.duplicate())));
            }
        }
    }

    static Optional<DatasetLedger> find(Connection tx, String datasetId) throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement("SELECT " + COLUMNS + " FROM dataset WHERE id = ?")) {
            select.setString(1, datasetId);
            try (ResultSet result = select.executeQuery()) {
                return result.next() ? Optional.of(ledger(result)) : Optional.empty();
            }
        }
    }

    static List<DatasetLedger> all(Connection tx) throws SQLException {
        try (PreparedStatement select =
                        tx.prepareStatement(
                                "SELECT " + COLUMNS + " FROM dataset ORDER BY seen_at DESC, id");
                ResultSet result = select.executeQuery()) {
            List<DatasetLedger> ledgers = new ArrayList<>();
            while (result.next()) {
                ledgers.add(ledger(result));
            }
            return List.copyOf(ledgers);
        }
    }

    private static DatasetLedger ledger(ResultSet result) throws SQLException {
        String recipeName = result.getString("recipe_name");
        String recipeDigest = result.getString("recipe_digest");
        long rowCount = result.getLong("row_count");
        @Nullable Long sealedAt = result.wasNull() ? null : Long.valueOf(rowCount);
        return new DatasetLedger(
                Columns.text(result, "id"),
                result.getString("name"),
                recipeName == null || recipeDigest == null
                        ? null
                        : new RecipeReference(recipeName, recipeDigest),
                Columns.text(result, "state"),
                sealedAt,
                result.getLong("kept"),
                result.getLong("rejected"),
                result.getLong("duplicate"));
    }
}
