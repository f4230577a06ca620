package dev.loramill.train.job;

import dev.loramill.events.ArtifactReference;
import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;

/** A checkpoint of a job. */
@Entity
@Table(name = "job_checkpoint")
class JobCheckpoint {
    @EmbeddedId JobStep id;

    @Column(name = "sha256")
    String sha256;

    @Column(name = "size_bytes")
    long sizeBytes;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate. */
    protected JobCheckpoint() {}

    JobCheckpoint(JobStep id, ArtifactReference artifact, Instant createdAt) {
        this.id = id;
        this.sha256 = artifact.sha256();
        this.sizeBytes = artifact.sizeBytes();
        this.createdAt = createdAt;
    }

    int step() {
        return id.step();
    }

    ArtifactReference artifact() {
        return new ArtifactReference(sha256, sizeBytes);
    }

    void replace(ArtifactReference artifact) {
        sha256 = artifact.sha256();
        sizeBytes = artifact.sizeBytes();
    }
}
