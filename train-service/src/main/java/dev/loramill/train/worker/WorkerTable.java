package dev.loramill.train.worker;

import dev.loramill.events.AttemptReference;
import dev.loramill.events.WorkerHeartbeat;
import dev.loramill.train.columns.Columns;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SQL of the table {@code worker}. */
@ApplicationScoped
public class WorkerTable {
    private static final String HEARD =
            """
            INSERT INTO worker (id, incarnation, device, memory_bytes, heard_at,
                                running_job, running_attempt, running_epoch, busy_epoch, busy_heard_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET
                incarnation = excluded.incarnation,
                device = excluded.device,
                memory_bytes = excluded.memory_bytes,
                heard_at = excluded.heard_at,
                running_job = excluded.running_job,
                running_attempt = excluded.running_attempt,
                running_epoch = excluded.running_epoch,
                busy_epoch = coalesce(excluded.busy_epoch, worker.busy_epoch),
                busy_heard_at = coalesce(excluded.busy_heard_at, worker.busy_heard_at),
                recalled_epoch = CASE WHEN worker.incarnation = excluded.incarnation
                                      THEN worker.recalled_epoch END
            WHERE worker.incarnation <= excluded.incarnation
            """;
    private static final String ALL =
            """
            SELECT id, incarnation, device, memory_bytes, heard_at,
                   running_job, running_attempt, running_epoch
            FROM worker ORDER BY id
            """;
    private static final String FREE =
            """
            SELECT id, incarnation, device, memory_bytes, heard_at,
                   running_job, running_attempt, running_epoch
            FROM worker
            WHERE heard_at > ? AND running_epoch IS NULL
              AND NOT EXISTS (SELECT 1 FROM attempt
                              WHERE attempt.worker_id = worker.id AND attempt.ended_at IS NULL)
            ORDER BY id
            """;
    private static final String STRAYS =
            """
            SELECT id, incarnation, device, memory_bytes, heard_at,
                   running_job, running_attempt, running_epoch
            FROM worker
            WHERE running_epoch IS NOT NULL
              AND recalled_epoch IS DISTINCT FROM running_epoch
              AND NOT EXISTS (SELECT 1 FROM attempt
                              WHERE attempt.epoch = worker.running_epoch
                                AND attempt.job_id = worker.running_job
                                AND (attempt.ended_at IS NULL OR attempt.ended_at > ?))
            ORDER BY id
            """;

    /** Notes a heartbeat; one of a process that a newer one has replaced is passed over. */
    void heard(Connection tx, WorkerHeartbeat heartbeat, Instant now) throws SQLException {
        AttemptReference running = heartbeat.running();
        try (PreparedStatement upsert = tx.prepareStatement(HEARD)) {
            upsert.setString(1, heartbeat.workerId());
            upsert.setLong(2, heartbeat.incarnation());
            upsert.setString(3, heartbeat.device());
            upsert.setLong(4, heartbeat.memoryBytes());
            upsert.setTimestamp(5, Timestamp.from(now));
            if (running == null) {
                upsert.setNull(6, Types.VARCHAR);
                upsert.setNull(7, Types.INTEGER);
                upsert.setNull(8, Types.BIGINT);
                upsert.setNull(9, Types.BIGINT);
                upsert.setNull(10, Types.TIMESTAMP);
            } else {
                upsert.setString(6, running.jobId());
                upsert.setInt(7, running.attempt());
                upsert.setLong(8, running.epoch());
                upsert.setLong(9, running.epoch());
                upsert.setTimestamp(10, Timestamp.from(now));
            }
            upsert.executeUpdate();
        }
    }

    /** All workers ever heard, by id. */
    public List<Worker> all(Connection tx) throws SQLException {
        try (PreparedStatement select = tx.prepareStatement(ALL)) {
            return read(select);
        }
    }

    /** Workers heard since a time that run nothing and hold no lease, by id. */
    public List<Worker> free(Connection tx, Instant heardSince) throws SQLException {
        try (PreparedStatement select = tx.prepareStatement(FREE)) {
            select.setTimestamp(1, Timestamp.from(heardSince));
            return read(select);
        }
    }

    /**
     * Workers that run what is not leased to them and were not told to stop it yet.
     *
     * @param endedBefore an attempt that ended later may still be named by a heartbeat on its way
     */
    public List<Worker> strays(Connection tx, Instant endedBefore) throws SQLException {
        try (PreparedStatement select = tx.prepareStatement(STRAYS)) {
            select.setTimestamp(1, Timestamp.from(endedBefore));
            return read(select);
        }
    }

    /** Notes that a worker was told to stop what it runs. */
    public void recalled(Connection tx, AttemptReference attempt) throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement("UPDATE worker SET recalled_epoch = ? WHERE id = ?")) {
            update.setLong(1, attempt.epoch());
            update.setString(2, attempt.workerId());
            update.executeUpdate();
        }
    }

    private static List<Worker> read(PreparedStatement select) throws SQLException {
        List<Worker> workers = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                workers.add(
                        new Worker(
                                Columns.text(row, 1),
                                row.getLong(2),
                                Columns.text(row, 3),
                                row.getLong(4),
                                Columns.time(row, 5),
                                running(row)));
            }
        }
        return workers;
    }

    private static @Nullable AttemptReference running(ResultSet row) throws SQLException {
        String job = row.getString(6);
        return job == null
                ? null
                : new AttemptReference(job, row.getInt(7), row.getLong(8), Columns.text(row, 1));
    }
}
