package dev.loramill.clean.freeze;

import dev.loramill.clean.database.Columns;
import dev.loramill.events.ArtifactReference;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** SQL of the table {@code dataset_version}. */
final class VersionTable {
    private static final String SELECT =
            "SELECT version, dataset_id, manifest_bytes, base_id, train_rows, eval_rows,"
                    + " train_sha256, eval_sha256,"
                    + " extract(epoch FROM created_at)::bigint AS created_at FROM dataset_version ";

    private VersionTable() {}

    /** Stores a version; false when it is there already. */
    static boolean insert(Connection tx, FrozenVersion version, String requestDigest)
            throws SQLException {
        try (PreparedStatement insert =
                tx.prepareStatement(
                        """
                        INSERT INTO dataset_version (version, dataset_id, request_digest,
                            manifest_bytes, base_id, train_rows, eval_rows, train_sha256,
                            eval_sha256)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                        """)) {
            insert.setString(1, version.version());
            insert.setString(2, version.datasetId());
            insert.setString(3, requestDigest);
            insert.setLong(4, version.manifest().sizeBytes());
            insert.setString(5, version.baseId());
            insert.setLong(6, version.trainRows());
            insert.setLong(7, version.evalRows());
            insert.setString(8, version.trainSha256());
            insert.setString(9, version.evalSha256());
            return insert.executeUpdate() == 1;
        }
    }

    static Optional<FrozenVersion> find(Connection connection, String version) throws SQLException {
        return list(connection, SELECT + "WHERE version = ?", version).stream().findFirst();
    }

    static Optional<FrozenVersion> findByRequest(Connection connection, String requestDigest)
            throws SQLException {
        return list(connection, SELECT + "WHERE request_digest = ?", requestDigest).stream()
                .findFirst();
    }

    /** All versions, the newest first. */
    static List<FrozenVersion> all(Connection connection) throws SQLException {
        return list(
                connection,
                SELECT + "WHERE ? = 'all' ORDER BY dataset_version.created_at DESC, version",
                "all");
    }

    private static List<FrozenVersion> list(Connection connection, String sql, String key)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, key);
            try (ResultSet result = select.executeQuery()) {
                List<FrozenVersion> versions = new ArrayList<>();
                while (result.next()) {
                    String version = Columns.text(result, "version");
                    versions.add(
                            new FrozenVersion(
                                    version,
                                    Columns.text(result, "dataset_id"),
                                    new ArtifactReference(
                                            version, result.getLong("manifest_bytes")),
                                    Columns.text(result, "base_id"),
                                    result.getLong("train_rows"),
                                    result.getLong("eval_rows"),
                                    Columns.text(result, "train_sha256"),
                                    Columns.text(result, "eval_sha256"),
                                    Instant.ofEpochSecond(result.getLong("created_at"))));
                }
                return versions;
            }
        }
    }
}
