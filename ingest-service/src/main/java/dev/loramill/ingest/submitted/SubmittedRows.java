package dev.loramill.ingest.submitted;

import dev.loramill.ingest.announce.RowEvents;
import dev.loramill.ingest.dataset.Dataset;
import dev.loramill.ingest.dataset.DatasetTable;
import dev.loramill.ingest.row.RowOutcome;
import dev.loramill.ingest.row.RowReader;
import dev.loramill.ingest.row.RowRule;
import dev.loramill.ingest.source.SourceConfig;
import dev.loramill.outbox.legacy.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Takes submitted rows into their dataset. The rows are published by the outbox, so that they reach
 * Kafka if and only if they were counted: however often a record is delivered, it counts once.
 */
@ApplicationScoped
class SubmittedRows {
    private final DatasetTable datasets;
    private final Outbox outbox;
    private final RowReader reader;
    private final int maxRowBytes;

    SubmittedRows(DatasetTable datasets, Outbox outbox, SourceConfig config) {
        this.datasets = datasets;
        this.outbox = outbox;
        this.maxRowBytes = config.limits().maxRowBytes();
        this.reader = new RowReader(null, maxRowBytes);
    }

    /**
     * Takes the rows of a record.
     *
     * @param tx transaction that also stores the offset of the record
     * @throws UnattributableException when there is no such dataset, or it takes no rows
     */
    void accept(Connection tx, Submission submission, int partition, long offset)
            throws SQLException {
        Dataset dataset = datasets.lock(tx, submission.datasetId()).orElse(null);
        if (dataset == null) {
            throw new UnattributableException(
                    "there is no dataset \"%s\"; open it before its rows are submitted"
                            .formatted(submission.datasetId()));
        }
        if (dataset.state() != Dataset.State.OPEN || dataset.fileId() != null) {
            throw new UnattributableException(
                    "dataset \"%s\" takes no rows: it is sealed, or takes them from a file"
                            .formatted(dataset.id()));
        }
        int refused = 0;
        int index = 0;
        for (String row : submission.rows()) {
            RowOutcome outcome = read(row);
            if (outcome instanceof RowOutcome.Refused) {
                refused++;
            }
            outbox.publish(
                    tx,
                    RowEvents.of(
                            dataset.id(),
                            dataset.recipe(),
                            Submission.origin(partition, offset, index),
                            outcome,
                            row.substring(0, Math.min(row.length(), maxRowBytes))));
            index++;
        }
        datasets.addCounts(tx, dataset.id(), index, refused);
    }

    private RowOutcome read(String row) {
        int sizeBytes = row.getBytes(StandardCharsets.UTF_8).length;
        return sizeBytes > maxRowBytes
                ? new RowOutcome.Refused(
                        RowRule.ROW_TOO_LONG,
                        "the row has %,d bytes, allowed are %,d".formatted(sizeBytes, maxRowBytes))
                : reader.read(row);
    }
}
