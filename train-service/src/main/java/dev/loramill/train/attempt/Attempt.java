package dev.loramill.train.attempt;

import dev.loramill.events.AttemptReference;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.DynamicUpdate;
import org.jspecify.annotations.Nullable;

/** An attempt that was leased to a worker; an open one has no end. */
@Entity
@Table(name = "attempt")
@DynamicUpdate
class Attempt {
    @Id long epoch;

    @Column(name = "job_id", updatable = false)
    String jobId;

    @Column(name = "attempt", updatable = false)
    int attempt;

    @Column(name = "worker_id", updatable = false)
    String workerId;

    @Column(name = "assigned_at", updatable = false)
    Instant assignedAt;

    @Column(name = "reported_at")
    @Nullable Instant reportedAt;

    @Column(name = "ended_at")
    @Nullable Instant endedAt;

    @Column(name = "outcome")
    @Nullable String outcome;

    /** For Hibernate. */
    protected Attempt() {}

    Attempt(AttemptReference reference, Instant assignedAt) {
        this.epoch = reference.epoch();
        this.jobId = reference.jobId();
        this.attempt = reference.attempt();
        this.workerId = reference.workerId();
        this.assignedAt = assignedAt;
    }

    AttemptReference reference() {
        return new AttemptReference(jobId, attempt, epoch, workerId);
    }
}
