package dev.loramill.clean.version;

import dev.loramill.events.ArtifactReference;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/**
 * A frozen version, as it is listed. The same rows frozen in the same way are the same version, so
 * it may have been frozen from other datasets too.
 */
@Entity(name = "DatasetVersion")
@Table(name = "dataset_version")
public class DatasetVersion {
    @Id
    @Column(name = "version", updatable = false)
    String version;

    @Column(name = "dataset_id", nullable = false, updatable = false)
    String datasetId;

    @Column(name = "manifest_bytes", nullable = false, updatable = false)
    long manifestBytes;

    @Column(name = "base_id", nullable = false, updatable = false)
    String baseId;

    @Column(name = "train_rows", nullable = false, updatable = false)
    long trainRows;

    @Column(name = "eval_rows", nullable = false, updatable = false)
    long evalRows;

    @Column(name = "train_sha256", nullable = false, updatable = false)
    String trainSha256;

    @Column(name = "eval_sha256", nullable = false, updatable = false)
    String evalSha256;

    @Column(name = "created_at", nullable = false, updatable = false)
    Instant createdAt;

    /** For Hibernate. */
    protected DatasetVersion() {
        this("", "", 0, "", 0, 0, "", "", Instant.EPOCH);
    }

    DatasetVersion(
            String version,
            String datasetId,
            long manifestBytes,
            String baseId,
            long trainRows,
            long evalRows,
            String trainSha256,
            String evalSha256,
            Instant createdAt) {
        this.version = version;
        this.datasetId = datasetId;
        this.manifestBytes = manifestBytes;
        this.baseId = baseId;
        this.trainRows = trainRows;
        this.evalRows = evalRows;
        this.trainSha256 = trainSha256;
        this.evalSha256 = evalSha256;
        this.createdAt = createdAt;
    }

    /** SHA-256 of its manifest. */
    public String version() {
        return version;
    }

    /** Dataset that it was frozen from first. */
    public String datasetId() {
        return datasetId;
    }

    /** The manifest in the artifact store. */
    public ArtifactReference manifest() {
        return new ArtifactReference(version, manifestBytes);
    }

    /** Base whose tokenizer counted. */
    public String baseId() {
        return baseId;
    }

    /** Rows to train on. */
    public long trainRows() {
        return trainRows;
    }

    /** Rows held out. */
    public long evalRows() {
        return evalRows;
    }

    /** Artifact of the rows to train on. */
    public String trainSha256() {
        return trainSha256;
    }

    /** Artifact of the rows held out. */
    public String evalSha256() {
        return evalSha256;
    }

    /** When it was first frozen. */
    public Instant createdAt() {
        return createdAt;
    }
}
