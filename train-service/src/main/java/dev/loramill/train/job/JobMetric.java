package dev.loramill.train.job;

import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** What was measured at a step; a step made again by another attempt replaces the first. */
@Entity
@Table(name = "job_metric")
class JobMetric {
    @EmbeddedId JobStep id;

    @Column(name = "train_loss")
    @Nullable Double trainLoss;

    /** Loss on the held-out rows, when it was measured then. */
    @Column(name = "valid_loss")
    @Nullable Double validLoss;

    /** Share of right tokens on the held-out rows, when it was measured then. */
    @Column(name = "valid_token_accuracy")
    @Nullable Double validTokenAccuracy;

    /** For Hibernate. */
    protected JobMetric() {}

    JobMetric(JobStep id) {
        this.id = id;
    }
}
