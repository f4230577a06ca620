package dev.loramill.train.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.loramill.events.EventJson;
import dev.loramill.http.PageRequest;
import dev.loramill.train.columns.Columns;
import dev.loramill.train.specification.JobSpecification;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** SQL of the table {@code job}. */
@ApplicationScoped
public class JobTable {
    private static final String COLUMNS =
            "id, created_at, specification, state, estimated_finish FROM job ";

    void insert(Connection tx, Job job) throws SQLException {
        try (PreparedStatement insert =
                tx.prepareStatement(
                        """
                        INSERT INTO job (id, created_at, status, not_before, specification, state, metadata)
                        VALUES (?, ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb)
                        """)) {
            insert.setString(1, job.id());
            insert.setTimestamp(2, Timestamp.from(job.createdAt()));
            insert.setString(3, job.state().status());
            insert.setTimestamp(4, notBefore(job.state()));
            insert.setString(5, write(job.specification()));
            insert.setString(6, writeState(job.state()));
            insert.setString(7, write(job.specification().metadata()));
            insert.executeUpdate();
        }
    }

    /** The job with an id, as it is at the moment. */
    public Optional<Job> find(Connection tx, String id) throws SQLException {
        return find(tx, id, "");
    }

    /** The job with an id, which nobody else changes until the transaction ends. */
    public Optional<Job> lock(Connection tx, String id) throws SQLException {
        return find(tx, id, " FOR UPDATE");
    }

    /** Puts a job into another state; the job must be locked. */
    public void update(Connection tx, String id, JobState state) throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement(
                        """
                        UPDATE job SET status = ?, not_before = ?, state = ?::jsonb,
                               estimated_finish = CASE WHEN ? THEN estimated_finish END
                        WHERE id = ?
                        """)) {
            update.setString(1, state.status());
            update.setTimestamp(2, notBefore(state));
            update.setString(3, writeState(state));
            update.setBoolean(4, state instanceof JobState.Running);
            update.setString(5, id);
            update.executeUpdate();
        }
    }

    /** Notes when a job is likely to end. */
    public void estimate(Connection tx, String id, Instant finish) throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement("UPDATE job SET estimated_finish = ? WHERE id = ?")) {
            update.setTimestamp(1, Timestamp.from(finish));
            update.setString(2, id);
            update.executeUpdate();
        }
    }

    /** Ids of the jobs whose rows are on their way, oldest first. */
    public List<String> validating(Connection tx) throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement(
                        "SELECT id FROM job WHERE status = 'validating_files' ORDER BY number")) {
            return ids(select);
        }
    }

    /** Ids of the jobs that may be given to a worker, oldest first. */
    public List<String> due(Connection tx, Instant now, int most) throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement(
                        """
                        SELECT id FROM job WHERE status = 'queued' AND not_before <= ?
                        ORDER BY number LIMIT ?
                        """)) {
            select.setTimestamp(1, Timestamp.from(now));
            select.setInt(2, most);
            return ids(select);
        }
    }

    /** Number of jobs with a status. */
    public long count(Connection tx, String status) throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement("SELECT count(*) FROM job WHERE status = ?")) {
            select.setString(1, status);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    /**
     * Jobs, newest first, one more than the page holds when there are more.
     *
     * @param metadata pairs that the jobs must have; null for jobs that have none
     */
    List<Job> list(Connection tx, PageRequest page, @Nullable Map<String, String> metadata)
            throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement(
                        "SELECT "
                                + COLUMNS
                                + """
                                WHERE (?::text IS NULL
                                       OR number < (SELECT number FROM job WHERE id = ?))
                                  AND CASE WHEN ?::jsonb IS NULL THEN metadata = '{}'
                                           ELSE metadata @> ?::jsonb END
                                ORDER BY number DESC LIMIT ?
                                """)) {
            String wanted = metadata == null ? null : write(metadata);
            select.setString(1, page.after());
            select.setString(2, page.after());
            select.setString(3, wanted);
            select.setString(4, wanted);
            select.setInt(5, page.limit() + 1);
            List<Job> jobs = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    jobs.add(job(row));
                }
            }
            return jobs;
        }
    }

    private static Optional<Job> find(Connection tx, String id, String suffix) throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement("SELECT " + COLUMNS + "WHERE id = ?" + suffix)) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(job(row)) : Optional.empty();
            }
        }
    }

    private static List<String> ids(PreparedStatement select) throws SQLException {
        List<String> ids = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                ids.add(Columns.text(row, 1));
            }
        }
        return ids;
    }

    private static Job job(ResultSet row) throws SQLException {
        Timestamp estimate = row.getTimestamp(5);
        return new Job(
                Columns.text(row, 1),
                Columns.time(row, 2),
                read(Columns.text(row, 3), JobSpecification.class),
                read(Columns.text(row, 4), JobState.class),
                estimate == null ? null : estimate.toInstant());
    }

    private static @Nullable Timestamp notBefore(JobState state) {
        return state instanceof JobState.Queued queued ? Timestamp.from(queued.notBefore()) : null;
    }

    /** The declared type makes Jackson write the kind of state. */
    private static String writeState(JobState state) {
        try {
            return EventJson.mapper().writerFor(JobState.class).writeValueAsString(state);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a job's state as JSON", e);
        }
    }

    private static String write(Object value) {
        try {
            return EventJson.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "cannot write a %s as JSON".formatted(value.getClass().getSimpleName()), e);
        }
    }

    private static <T> T read(String json, Class<T> type) {
        try {
            return EventJson.mapper().readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "the database holds no %s".formatted(type.getSimpleName()), e);
        }
    }
}
