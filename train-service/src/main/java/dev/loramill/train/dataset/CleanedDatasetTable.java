package dev.loramill.train.dataset;

import dev.loramill.events.DatasetCleaned;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** SQL of the table {@code cleaned_dataset}. */
@ApplicationScoped
class CleanedDatasetTable {
    void put(Connection tx, DatasetCleaned cleaned) throws SQLException {
        try (PreparedStatement upsert =
                tx.prepareStatement(
                        """
                        INSERT INTO cleaned_dataset (id, received, kept, rejected, duplicate)
                        VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (id) DO UPDATE SET
                            received = excluded.received, kept = excluded.kept,
                            rejected = excluded.rejected, duplicate = excluded.duplicate
                        """)) {
            upsert.setString(1, cleaned.datasetId());
            upsert.setLong(2, cleaned.counts().received());
            upsert.setLong(3, cleaned.counts().kept());
            upsert.setLong(4, cleaned.counts().rejected());
            upsert.setLong(5, cleaned.counts().duplicate());
            upsert.executeUpdate();
        }
    }

    boolean contains(Connection tx, String datasetId) throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement("SELECT 1 FROM cleaned_dataset WHERE id = ?")) {
            select.setString(1, datasetId);
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
    }
}
