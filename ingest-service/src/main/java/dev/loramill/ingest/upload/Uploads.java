package dev.loramill.ingest.upload;

import dev.loramill.http.RefusedException;
import dev.loramill.ingest.dataset.Dataset;
import dev.loramill.ingest.dataset.DatasetRepository;
import dev.loramill.ingest.store.SourceStore;
import dev.loramill.outbox.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What becomes of uploads in the database; each method is a transaction. */
@ApplicationScoped
class Uploads {
    private static final int LISTED_TOGETHER = 1_000;

    private final DatasetRepository datasets;
    private final UploadRepository uploads;
    private final SourceStore store;
    private final Outbox outbox;
    private final MeterRegistry metrics;

    Uploads(
            DatasetRepository datasets,
            UploadRepository uploads,
            SourceStore store,
            Outbox outbox,
            MeterRegistry metrics) {
        this.datasets = datasets;
        this.uploads = uploads;
        this.store = store;
        this.outbox = outbox;
        this.metrics = metrics;
    }

    /** An upload with its dataset. */
    record Accepted(Upload upload, Dataset dataset) {}

    /** Uploads that are accepted and not yet counted and that nobody publishes, oldest first. */
    @Transactional
    List<UploadId> unclaimed() {
        return uploads.unclaimed(LISTED_TOGETHER);
    }

    /** Has one owner publish a pending upload for a while; false when another does. */
    @Transactional
    boolean claim(UploadId id, String owner, Duration time) {
        return uploads.claim(id, owner, time);
    }

    /** Ends a claim. */
    @Transactional
    void release(UploadId id, String owner) {
        uploads.release(id, owner);
    }

    /** The upload; empty when its dataset was deleted. */
    @Transactional
    Optional<Accepted> find(UploadId id) {
        return uploads.findByIdOptional(id)
                .map(upload ->
                        new Accepted(
                                upload, datasets.findByIdOptional(id.datasetId()).orElseThrow()));
    }

    /**
     * The upload under its id; accepts it when it is new.
     *
     * @return empty when its bytes were deleted meanwhile and have to be stored again
     * @throws RefusedException when the dataset takes no rows, or the id stands for other bytes
     */
    @Transactional
    Optional<Accepted> accept(Upload wanted) {
        Dataset dataset = lockDataset(wanted.id().datasetId());
        Upload upload = find(dataset, wanted.id(), wanted.sha256());
        if (upload != null) {
            return Optional.of(new Accepted(upload, dataset));
        }
        if (!store.hold(wanted.sha256())) {
            return Optional.empty();
        }
        uploads.persist(wanted);
        return Optional.of(new Accepted(wanted, dataset));
    }

    /**
     * Looks whether an upload would be accepted, before its bytes are stored.
     *
     * @throws RefusedException when the dataset takes no rows, or the id stands for other bytes
     */
    @Transactional
    void requireAcceptable(UploadId id, String sha256) {
        find(
                datasets.findByIdOptional(id.datasetId())
                        .orElseThrow(() -> DatasetRepository.missing(id.datasetId())),
                id,
                sha256);
    }

    private @Nullable Upload find(Dataset dataset, UploadId id, String sha256) {
        Upload upload = uploads.findById(id);
        if (upload == null) {
            requireTakesRows(dataset);
            return null;
        }
        if (!upload.sha256().equals(sha256)) {
            throw RefusedException.conflict(
                    "idempotency_key_reused",
                    "Idempotency-Key",
                    "the key of \"%s\" was used for other rows of dataset \"%s\"; use a new key"
                            .formatted(id.source(), dataset.id()));
        }
        return upload;
    }

    /**
     * The dataset, which must take batches.
     *
     * @throws RefusedException when there is none, or all its rows come from a file
     */
    @Transactional
    void requireTakesBatches(String datasetId) {
        Dataset dataset =
                datasets.findByIdOptional(datasetId)
                        .orElseThrow(() -> DatasetRepository.missing(datasetId));
        if (dataset.fileId() != null) {
            throw RefusedException.conflict(
                    "dataset_has_file",
                    null,
                    "dataset \"%s\" takes all its rows from file \"%s\"; open another for batches"
                            .formatted(dataset.id(), dataset.fileId()));
        }
    }

    /**
     * Counts the rows of a published upload once, and seals the dataset that it is the whole of.
     */
    @Transactional
    void count(UploadId id, ReadCounts counts) {
        Dataset dataset = lockDataset(id.datasetId());
        Upload upload = uploads.findByIdOptional(id).orElseThrow();
        if (!upload.isPending()) {
            return;
        }
        upload.end(Upload.State.PUBLISHED, counts);
        dataset.addRows(counts.rows(), counts.refused());
        metrics.counter("loramill.ingest.rows", "outcome", "accepted").increment(counts.accepted());
        metrics.counter("loramill.ingest.rows", "outcome", "refused").increment(counts.refused());
        if (upload.isWhole()) {
            outbox.publish(dataset.seal());
        }
    }

    /** Notes that the bytes of an upload can no longer be read. */
    @Transactional
    void fail(UploadId id, String reason) {
        Dataset dataset = lockDataset(id.datasetId());
        Upload upload = uploads.findByIdOptional(id).orElseThrow();
        if (upload.isPending()) {
            upload.end(Upload.State.FAILED, ReadCounts.NONE);
            dataset.setFault("source \"%s\" cannot be read: %s".formatted(id.source(), reason));
        }
    }

    private Dataset lockDataset(String id) {
        return datasets.lock(id).orElseThrow(() -> DatasetRepository.missing(id));
    }

    private static void requireTakesRows(Dataset dataset) {
        if (!dataset.isOpen()) {
            throw RefusedException.conflict(
                    "dataset_sealed",
                    null,
                    "dataset \"%s\" is sealed and takes no more rows; open another"
                            .formatted(dataset.id()));
        }
    }
}
