package dev.loramill.ingest.upload;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/**
 * Which upload of which dataset.
 *
 * @param source id of the file, or {@code batch/} with the key of the batch; begins the ids of its
 *     rows
 */
@Embeddable
public record UploadId(
        @Column(name = "dataset_id") String datasetId, @Column(name = "source_id") String source) {}
