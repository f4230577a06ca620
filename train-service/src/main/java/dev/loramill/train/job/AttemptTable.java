package dev.loramill.train.job;

import dev.loramill.events.AttemptReference;
import dev.loramill.train.columns.Columns;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** SQL of the tables {@code attempt} and {@code fencing}. */
@ApplicationScoped
public class AttemptTable {
    /**
     * The lease of an attempt that is not over.
     *
     * @param attempt the attempt
     * @param lastSign when its worker last gave a sign of working on it, or was given it
     */
    public record Lease(AttemptReference attempt, Instant lastSign) {}

    /** Makes this transaction the only one that leases attempts, until it ends. */
    public void lockLeasing(Connection tx) throws SQLException {
        try (PreparedStatement lock =
                tx.prepareStatement("SELECT last_epoch FROM fencing FOR UPDATE")) {
            lock.execute();
        }
    }

    /**
     * An epoch that is greater than any that was leased, and than any that a worker was heard to
     * run: even after the database was lost, workers follow the newest lease.
     */
    public long nextEpoch(Connection tx) throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement(
                        """
                        UPDATE fencing SET last_epoch = 1 + greatest(
                            last_epoch, (SELECT coalesce(max(busy_epoch), 0) FROM worker))
                        RETURNING last_epoch
                        """)) {
            try (ResultSet row = update.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("the table fencing is empty");
                }
                return row.getLong(1);
            }
        }
    }

    /** Notes that a worker holds the lease of an attempt. */
    public void assigned(Connection tx, AttemptReference attempt, Instant now) throws SQLException {
        try (PreparedStatement insert =
                tx.prepareStatement(
                        """
                        INSERT INTO attempt (epoch, job_id, attempt, worker_id, assigned_at)
                        VALUES (?, ?, ?, ?, ?)
                        """)) {
            insert.setLong(1, attempt.epoch());
            insert.setString(2, attempt.jobId());
            insert.setInt(3, attempt.attempt());
            insert.setString(4, attempt.workerId());
            insert.setTimestamp(5, Timestamp.from(now));
            insert.executeUpdate();
        }
    }

    /** Notes that an attempt has reported. */
    public void reported(Connection tx, AttemptReference attempt, Instant now) throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement("UPDATE attempt SET reported_at = ? WHERE epoch = ?")) {
            update.setTimestamp(1, Timestamp.from(now));
            update.setLong(2, attempt.epoch());
            update.executeUpdate();
        }
    }

    /** Notes that an attempt is over: its worker no longer holds a lease. */
    public void ended(Connection tx, AttemptReference attempt, String outcome, Instant now)
            throws SQLException {
        try (PreparedStatement update =
                tx.prepareStatement(
                        """
                        UPDATE attempt SET ended_at = ?, outcome = ?
                        WHERE epoch = ? AND ended_at IS NULL
                        """)) {
            update.setTimestamp(1, Timestamp.from(now));
            update.setString(2, outcome);
            update.setLong(3, attempt.epoch());
            update.executeUpdate();
        }
    }

    /** Leases of all attempts that are not over. */
    public List<Lease> leases(Connection tx) throws SQLException {
        try (PreparedStatement select =
                        tx.prepareStatement(
                                """
                                SELECT a.job_id, a.attempt, a.epoch, a.worker_id,
                                       greatest(a.assigned_at, a.reported_at,
                                                CASE WHEN w.busy_epoch = a.epoch
                                                     THEN w.busy_heard_at END)
                                FROM attempt a LEFT JOIN worker w ON w.id = a.worker_id
                                WHERE a.ended_at IS NULL ORDER BY a.epoch
                                """);
                ResultSet row = select.executeQuery()) {
            List<Lease> leases = new ArrayList<>();
            while (row.next()) {
                leases.add(
                        new Lease(
                                new AttemptReference(
                                        Columns.text(row, 1),
                                        row.getInt(2),
                                        row.getLong(3),
                                        Columns.text(row, 4)),
                                Columns.time(row, 5)));
            }
            return leases;
        }
    }
}
