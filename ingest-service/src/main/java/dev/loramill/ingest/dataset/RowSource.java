package dev.loramill.ingest.dataset;

import dev.loramill.ingest.row.RowFormat;
import org.jspecify.annotations.Nullable;

/**
 * Something in the artifact store that brings rows to a dataset.
 *
 * @param id id of the file, or {@code batch/} with the key of the batch; begins the ids of its rows
 * @param sha256 digest of its bytes
 * @param format format of its rows, or null to tell it for each row
 * @param isWhole it holds all the rows of its dataset, which is sealed at its end
 */
record RowSource(
        String datasetId, String id, String sha256, @Nullable RowFormat format, boolean isWhole) {

    /** How far a source has come. */
    enum State {
        /** Accepted; it will be published and counted. */
        PENDING,
        /** All its rows stand on Kafka and are counted. */
        PUBLISHED,
        /** Its bytes can no longer be read. */
        FAILED
    }
}
