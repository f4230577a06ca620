package dev.loramill.train.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.loramill.events.EventJson;
import dev.loramill.http.PageRequest;
import dev.loramill.train.columns.Columns;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** SQL of the table {@code adapter}. */
@ApplicationScoped
class AdapterTable {
    private static final String SELECT = "SELECT candidate, state, created_at FROM adapter ";

    /** Registers an adapter; returns false when its file is registered already. */
    boolean insert(Connection tx, Adapter adapter) throws SQLException {
        try (PreparedStatement insert =
                tx.prepareStatement(
                        """
                        INSERT INTO adapter (id, model, job_id, candidate, state, created_at)
                        VALUES (?, ?, ?, ?::jsonb, ?::jsonb, ?) ON CONFLICT (id) DO NOTHING
                        """)) {
            insert.setString(1, adapter.id());
            insert.setString(2, adapter.candidate().model());
            insert.setString(3, adapter.candidate().jobId());
            insert.setString(4, write(adapter.candidate(), Candidate.class));
            insert.setString(5, write(adapter.state(), AdapterState.class));
            insert.setTimestamp(6, Timestamp.from(adapter.createdAt()));
            return insert.executeUpdate() == 1;
        }
    }

    /** Puts an adapter in the place of the one with the same file; it must be locked. */
    void replace(Connection tx, Adapter adapter) throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement(
                        """
                        UPDATE adapter SET model = ?, job_id = ?, candidate = ?::jsonb,
                                           state = ?::jsonb, created_at = ?
                        WHERE id = ?
                        """)) {
            update.setString(1, adapter.candidate().model());
            update.setString(2, adapter.candidate().jobId());
            update.setString(3, write(adapter.candidate(), Candidate.class));
            update.setString(4, write(adapter.state(), AdapterState.class));
            update.setTimestamp(5, Timestamp.from(adapter.createdAt()));
            update.setString(6, adapter.id());
            update.executeUpdate();
        }
    }

    /** The adapter with an id or a model name, which nobody else changes for the moment. */
    Optional<Adapter> lock(Connection tx, String idOrModel) throws SQLException {
        return find(tx, idOrModel, " FOR UPDATE");
    }

    /** The adapter with an id or a model name. */
    Optional<Adapter> find(Connection tx, String idOrModel) throws SQLException {
        return find(tx, idOrModel, "");
    }

    /** Adapters, newest first, one more than the page holds when there are more. */
    List<Adapter> list(Connection tx, PageRequest page) throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement(
                        SELECT
                                + """
                                WHERE ?::text IS NULL
                                   OR number < (SELECT number FROM adapter WHERE id = ?)
                                ORDER BY number DESC LIMIT ?
                                """)) {
            select.setString(1, page.after());
            select.setString(2, page.after());
            select.setInt(3, page.limit() + 1);
            return read(select);
        }
    }

    private static Optional<Adapter> find(Connection tx, String idOrModel, String suffix)
            throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement(SELECT + "WHERE id = ? OR model = ?" + suffix)) {
            select.setString(1, idOrModel);
            select.setString(2, idOrModel);
            return read(select).stream().findFirst();
        }
    }

    private static List<Adapter> read(PreparedStatement select) throws SQLException {
        List<Adapter> adapters = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                adapters.add(
                        new Adapter(
                                read(Columns.text(row, 1), Candidate.class),
                                read(Columns.text(row, 2), AdapterState.class),
                                Columns.time(row, 3)));
            }
        }
        return adapters;
    }

    /** The declared type makes Jackson write the kind of state. */
    private static <T> String write(T value, Class<T> type) {
        try {
            return EventJson.mapper().writerFor(type).writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write an adapter as JSON", e);
        }
    }

    private static <T> T read(String json, Class<T> type) {
        try {
            return EventJson.mapper().readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds a malformed adapter", e);
        }
    }
}
