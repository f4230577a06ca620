package dev.loramill.ingest.intake;

import dev.loramill.events.RecipeReference;
import dev.loramill.ingest.dataset.Dataset;
import dev.loramill.ingest.upload.ReadCounts;
import dev.loramill.ingest.upload.RowBatches;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A dataset as clients see it. */
record DatasetBody(
        String id,
        String object,
        String name,
        RecipeReference recipe,
        String state,
        long rowCount,
        long refusedCount,
        long createdAt,
        @Nullable String file,
        @Nullable Fault error) {

    /** Why the rows cannot be read. */
    record Fault(String code, String message) {}

    /**
     * Answer to a deletion.
     *
     * @param rowsOnKafkaUntil when the last row that was on Kafka is gone, in seconds since 1970
     * @param message what is gone now, and what goes when
     */
    record DeletedDataset(
            String id, String object, boolean deleted, long rowsOnKafkaUntil, String message) {
        static DeletedDataset of(String id, Instant rowsOnKafkaUntil) {
            return new DeletedDataset(
                    id,
                    "dataset.deleted",
                    true,
                    rowsOnKafkaUntil.getEpochSecond(),
                    ("gone now: the dataset's entry, name and counts, and the bytes of its batches;"
                                    + " its file, if it had one, is deleted by DELETE"
                                    + " /v1/files/{id}. clean-service deletes its ledger and its rows"
                                    + " as soon as it reads of it; frozen versions and adapters stay."
                                    + " Kafka keeps the rows, dead letters among them, until %s")
                            .formatted(rowsOnKafkaUntil));
        }
    }

    /** Answer to a batch of rows. */
    record BatchBody(
            String object,
            String dataset,
            String batch,
            long received,
            long accepted,
            long refusedCount,
            List<ReadCounts.Refusal> refused,
            boolean repeated) {
        static BatchBody of(String datasetId, RowBatches.Batch batch) {
            return new BatchBody(
                    "dataset.batch",
                    datasetId,
                    batch.id(),
                    batch.counts().rows(),
                    batch.counts().accepted(),
                    batch.counts().refused(),
                    batch.counts().firstRefusals(),
                    batch.isRepeated());
        }
    }

    static DatasetBody of(Dataset dataset) {
        String fault = dataset.fault();
        return new DatasetBody(
                dataset.id(),
                "dataset",
                dataset.name(),
                dataset.recipe(),
                dataset.state().id(),
                dataset.rowCount(),
                dataset.refusedCount(),
                dataset.createdAt().getEpochSecond(),
                dataset.fileId(),
                fault == null ? null : new Fault("source_lost", fault));
    }
}
