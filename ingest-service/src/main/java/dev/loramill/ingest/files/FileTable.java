package dev.loramill.ingest.files;

import dev.loramill.http.PageRequest;
import dev.loramill.ingest.database.Columns;
import dev.loramill.ingest.row.RowFormat;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** SQL of the table {@code file}. */
@ApplicationScoped
class FileTable {
    private static final String COLUMNS =
            "id, sha256, size_bytes, filename, purpose, format, format_reason, created_at";

    private final DataSource dataSource;

    FileTable(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    void insert(UploadedFile file) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert =
                        connection.prepareStatement(
                                "INSERT INTO file ("
                                        + COLUMNS
                                        + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, file.id());
            insert.setString(2, file.sha256());
            insert.setLong(3, file.sizeBytes());
            insert.setString(4, file.filename());
            insert.setString(5, file.purpose());
            insert.setString(6, file.format().id());
            insert.setString(7, file.formatReason());
            insert.setTimestamp(8, Timestamp.from(file.createdAt()));
            insert.executeUpdate();
        }
    }

    Optional<UploadedFile> find(String id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT " + COLUMNS + " FROM file WHERE id = ?")) {
            select.setString(1, id);
            return read(select).stream().findFirst();
        }
    }

    boolean delete(String id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement delete =
                        connection.prepareStatement("DELETE FROM file WHERE id = ?")) {
            delete.setString(1, id);
            return delete.executeUpdate() == 1;
        }
    }

    /** At most one file more than the limit of the page. */
    List<UploadedFile> list(PageRequest page, @Nullable String purpose) throws SQLException {
        String direction = page.isAscending() ? "ASC" : "DESC";
        String beyond = page.isAscending() ? ">" : "<";
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                """
                                SELECT %s FROM file
                                WHERE (?::text IS NULL OR purpose = ?)
                                  AND (?::text IS NULL OR (created_at, id) %s
                                       (SELECT created_at, id FROM file WHERE id = ?))
                                ORDER BY created_at %s, id %s LIMIT ?
                                """
                                        .formatted(COLUMNS, beyond, direction, direction))) {
            select.setString(1, purpose);
            select.setString(2, purpose);
            select.setString(3, page.after());
            select.setString(4, page.after());
            select.setInt(5, page.limit() + 1);
            return read(select);
        }
    }

    private static List<UploadedFile> read(PreparedStatement select) throws SQLException {
        List<UploadedFile> files = new ArrayList<>();
        try (ResultSet result = select.executeQuery()) {
            while (result.next()) {
                files.add(
                        new UploadedFile(
                                Columns.text(result, "id"),
                                Columns.text(result, "sha256"),
                                result.getLong("size_bytes"),
                                Columns.text(result, "filename"),
                                Columns.text(result, "purpose"),
                                RowFormat.named(Columns.text(result, "format")).orElseThrow(),
                                Columns.text(result, "format_reason"),
                                Columns.instant(result, "created_at")));
            }
        }
        return files;
    }
}
