package dev.loramill.ingest.intake;

import dev.loramill.http.RefusedException;
import dev.loramill.ingest.dataset.Dataset;
import dev.loramill.ingest.submitted.SubmittedBacklog;
import jakarta.enterprise.context.ApplicationScoped;

/** Seals datasets behind all rows that were accepted before. */
@ApplicationScoped
class DatasetSealing {
    private final Datasets datasets;
    private final SubmittedBacklog submitted;

    DatasetSealing(Datasets datasets, SubmittedBacklog submitted) {
        this.datasets = datasets;
        this.submitted = submitted;
    }

    /**
     * Seals a dataset. Every row that was accepted before this call, over HTTP or by Kafka's
     * acknowledgement of a submitted record, is in it.
     *
     * @throws RefusedException when there is none, it is empty, or rows are on their way
     */
    Dataset seal(String id) {
        Dataset dataset = datasets.require(id);
        if (dataset.isOpen() && dataset.fileId() == null && dataset.fault() == null) {
            submitted.awaitTaken();
        }
        return datasets.seal(id);
    }
}
