package dev.loramill.train.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.loramill.events.EventJson;
import dev.loramill.http.PageRequest;
import dev.loramill.train.columns.Columns;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happened to jobs, for clients to read: the table {@code job_event}. */
@ApplicationScoped
public class JobDiary {
    private final Clock clock;

    JobDiary(Clock clock) {
        this.clock = clock;
    }

    /** Writes down what goes well. */
    public void info(Connection tx, String jobId, String message) throws SQLException {
        insert(tx, jobId, JobEvent.Level.INFO, message, null);
    }

    /** Writes down what a person should look at. */
    public void warn(Connection tx, String jobId, String message) throws SQLException {
        insert(tx, jobId, JobEvent.Level.WARN, message, null);
    }

    /** Writes down why a job ended badly. */
    public void error(Connection tx, String jobId, String message) throws SQLException {
        insert(tx, jobId, JobEvent.Level.ERROR, message, null);
    }

    /** Writes down figures. */
    public void metrics(Connection tx, String jobId, String message, Map<String, Object> figures)
            throws SQLException {
        insert(tx, jobId, JobEvent.Level.INFO, message, figures);
    }

    /**
     * Events of a job, newest first, one more than the page holds when there are more.
     *
     * @param before number of the last event of the page before; null for the first page
     */
    List<JobEvent> list(Connection tx, String jobId, PageRequest page, @Nullable Long before)
            throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement(
                        """
                        SELECT number, created_at, level, message, data FROM job_event
                        WHERE job_id = ? AND number < ? ORDER BY number DESC LIMIT ?
                        """)) {
            select.setString(1, jobId);
            select.setLong(2, before == null ? Long.MAX_VALUE : before);
            select.setInt(3, page.limit() + 1);
            List<JobEvent> events = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    events.add(
                            new JobEvent(
                                    row.getLong(1),
                                    Columns.time(row, 2),
                                    JobEvent.Level.valueOf(
                                            Columns.text(row, 3).toUpperCase(Locale.ROOT)),
                                    Columns.text(row, 4),
                                    figures(row.getString(5))));
                }
            }
            return events;
        }
    }

    private void insert(
            Connection tx,
            String jobId,
            JobEvent.Level level,
            String message,
            @Nullable Map<String, Object> figures)
            throws SQLException {
        try (PreparedStatement insert =
                tx.prepareStatement(
                        """
                        INSERT INTO job_event (job_id, created_at, level, type, message, data)
                        VALUES (?, ?, ?, ?, ?, ?::jsonb)
                        """)) {
            insert.setString(1, jobId);
            insert.setTimestamp(2, Timestamp.from(clock.instant()));
            insert.setString(3, level.name().toLowerCase(Locale.ROOT));
            insert.setString(4, figures == null ? "message" : "metrics");
            insert.setString(5, message);
            insert.setString(6, figures == null ? null : write(figures));
            insert.executeUpdate();
        }
    }

    private static String write(Map<String, Object> figures) {
        try {
            return EventJson.mapper().writeValueAsString(figures);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write figures as JSON", e);
        }
    }

    private static @Nullable Map<String, Object> figures(@Nullable String json) {
        if (json == null) {
            return null;
        }
        try {
            return EventJson.mapper().readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds malformed figures", e);
        }
    }
}
