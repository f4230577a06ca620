package dev.loramill.ingest.intake;

import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.dataset.Dataset;
import dev.loramill.ingest.dataset.DatasetRepository;
import dev.loramill.ingest.store.SourceStore;
import dev.loramill.ingest.upload.Upload;
import dev.loramill.ingest.upload.UploadRepository;
import dev.loramill.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Datasets in the database; each method is a transaction. */
@ApplicationScoped
class Datasets {
    private final DatasetRepository datasets;
    private final UploadRepository uploads;
    private final SourceStore store;
    private final Outbox outbox;

    Datasets(
            DatasetRepository datasets,
            UploadRepository uploads,
            SourceStore store,
            Outbox outbox) {
        this.datasets = datasets;
        this.uploads = uploads;
        this.store = store;
        this.outbox = outbox;
    }

    /**
     * The dataset with an id.
     *
     * @throws RefusedException when there is none
     */
    @Transactional
    Dataset require(String id) {
        return datasets.findByIdOptional(id).orElseThrow(() -> DatasetRepository.missing(id));
    }

    @Transactional
    Page<Dataset> list(PageRequest page) {
        return datasets.page(page, Map.of());
    }

    /**
     * Opens a dataset, or finds the one that has its id.
     *
     * @param file the upload that is the whole of it, or null
     */
    @Transactional
    Dataset open(Dataset wanted, @Nullable Upload file) {
        if (datasets.wasErased(wanted.id())) {
            throw RefusedException.conflict(
                    "dataset_deleted",
                    "id",
                    "a dataset \"%s\" was deleted, and its id is not given again; choose another"
                            .formatted(wanted.id()));
        }
        if (!datasets.insert(wanted)) {
            return datasets.findByIdOptional(wanted.id()).orElseThrow();
        }
        if (file != null) {
            if (!store.holdFile(file.id().source(), file.sha256())) {
                throw RefusedException.invalid(
                        "file_not_found",
                        "file",
                        "file \"%s\" was deleted at this moment; upload it again"
                                .formatted(wanted.fileId()));
            }
            uploads.persist(file);
        }
        outbox.publish(wanted.opened());
        return wanted;
    }

    /**
     * Seals a dataset: it takes no more rows, and all it took stand on Kafka. Sealing it again
     * changes nothing.
     *
     * @throws RefusedException when there is none, it is empty, or rows are on their way to Kafka
     */
    @Transactional
    Dataset seal(String id) {
        Dataset dataset = datasets.lock(id).orElseThrow(() -> DatasetRepository.missing(id));
        if (dataset.isOpen()) {
            requireSealable(dataset);
            outbox.publish(dataset.seal());
        }
        return dataset;
    }

    /**
     * Deletes a dataset here, and says so to whoever holds rows of it.
     *
     * @return digests of the bytes that it needed
     * @throws RefusedException when there is none
     */
    @Transactional
    List<String> delete(String id, Instant time) {
        Dataset dataset = datasets.lock(id).orElseThrow(() -> DatasetRepository.missing(id));
        List<String> digests = uploads.digests(id);
        outbox.publish(dataset.deleted(time));
        datasets.erase(dataset, time);
        return digests;
    }

    private void requireSealable(Dataset dataset) {
        if (dataset.fault() != null) {
            throw RefusedException.conflict(
                    "dataset_faulty",
                    null,
                    "dataset \"%s\" lacks rows: %s".formatted(dataset.id(), dataset.fault()));
        }
        long pending = uploads.countPending(dataset.id());
        if (pending > 0) {
            throw RefusedException.notYet(
                    "rows_pending",
                    "dataset \"%s\" has %d files or batches on their way to Kafka; try again"
                            .formatted(dataset.id(), pending));
        }
        if (dataset.rowCount() == 0) {
            throw RefusedException.invalid(
                    "empty_dataset",
                    null,
                    "dataset \"%s\" holds no rows; send some to POST /v1/datasets/%s/rows first"
                            .formatted(dataset.id(), dataset.id()));
        }
    }
}
