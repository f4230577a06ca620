package dev.loramill.train.job;

import dev.loramill.events.ArtifactReference;
import dev.loramill.http.PageRequest;
import dev.loramill.train.columns.Columns;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SQL of the tables {@code job_metric} and {@code job_checkpoint}. */
@ApplicationScoped
public class StepTable {
    private final Clock clock;

    StepTable(Clock clock) {
        this.clock = clock;
    }

    /** A checkpoint with what was measured there. */
    record SavedStep(Checkpoint checkpoint, Instant createdAt, StepMetrics metrics) {}

    /** Notes the loss of a step. */
    public void trained(Connection tx, String jobId, int step, double loss) throws SQLException {
        try (PreparedStatement upsert =
                tx.prepareStatement(
                        """
                        INSERT INTO job_metric (job_id, step, train_loss) VALUES (?, ?, ?)
                        ON CONFLICT (job_id, step) DO UPDATE SET train_loss = excluded.train_loss
                        """)) {
            upsert.setString(1, jobId);
            upsert.setInt(2, step);
            upsert.setDouble(3, loss);
            upsert.executeUpdate();
        }
    }

    /** Notes what was measured on the held-out rows after a step. */
    public void evaluated(Connection tx, String jobId, int step, double loss, double tokenAccuracy)
            throws SQLException {
        try (PreparedStatement upsert =
                tx.prepareStatement(
                        """
                        INSERT INTO job_metric (job_id, step, valid_loss, valid_token_accuracy)
                        VALUES (?, ?, ?, ?)
                        ON CONFLICT (job_id, step) DO UPDATE SET
                            valid_loss = excluded.valid_loss,
                            valid_token_accuracy = excluded.valid_token_accuracy
                        """)) {
            upsert.setString(1, jobId);
            upsert.setInt(2, step);
            upsert.setDouble(3, loss);
            upsert.setDouble(4, tokenAccuracy);
            upsert.executeUpdate();
        }
    }

    /** Notes a checkpoint. */
    public void saved(Connection tx, String jobId, Checkpoint checkpoint) throws SQLException {
        try (PreparedStatement upsert =
                tx.prepareStatement(
                        """
                        INSERT INTO job_checkpoint (job_id, step, sha256, size_bytes, created_at)
                        VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (job_id, step) DO UPDATE SET
                            sha256 = excluded.sha256, size_bytes = excluded.size_bytes
                        """)) {
            upsert.setString(1, jobId);
            upsert.setInt(2, checkpoint.step());
            upsert.setString(3, checkpoint.artifact().sha256());
            upsert.setLong(4, checkpoint.artifact().sizeBytes());
            upsert.setTimestamp(5, Timestamp.from(clock.instant()));
            upsert.executeUpdate();
        }
    }

    /**
     * Checkpoints of a job, newest first, one more than the page holds when there are more.
     *
     * @param before step of the last checkpoint of the page before; null for the first page
     */
    List<SavedStep> checkpoints(
            Connection tx, String jobId, PageRequest page, @Nullable Integer before)
            throws SQLException {
        try (PreparedStatement select =
                tx.prepareStatement(
                        """
                        SELECT c.step, c.sha256, c.size_bytes, c.created_at,
                               m.train_loss, m.valid_loss, m.valid_token_accuracy
                        FROM job_checkpoint c LEFT JOIN job_metric m USING (job_id, step)
                        WHERE c.job_id = ? AND c.step < ? ORDER BY c.step DESC LIMIT ?
                        """)) {
            select.setString(1, jobId);
            select.setInt(2, before == null ? Integer.MAX_VALUE : before);
            select.setInt(3, page.limit() + 1);
            List<SavedStep> saved = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    int step = row.getInt(1);
                    saved.add(
                            new SavedStep(
                                    new Checkpoint(
                                            step,
                                            new ArtifactReference(
                                                    Columns.text(row, 2), row.getLong(3))),
                                    Columns.time(row, 4),
                                    new StepMetrics(
                                            step,
                                            row.getObject(5, Double.class),
                                            row.getObject(6, Double.class),
                                            row.getObject(7, Double.class))));
                }
            }
            return saved;
        }
    }
}
