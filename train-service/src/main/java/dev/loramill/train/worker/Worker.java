package dev.loramill.train.worker;

import dev.loramill.events.AttemptReference;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A worker, as it last told of itself. Read only: what heartbeats change, {@link WorkerRepository}
 * writes.
 */
@Entity
@Table(name = "worker")
@Immutable
public class Worker {
    @Id String id;

    @Column(name = "incarnation")
    long incarnation;

    @Column(name = "device")
    String device;

    @Column(name = "memory_bytes")
    long memoryBytes;

    @Column(name = "heard_at")
    Instant heardAt;

    @Column(name = "running_job")
    @Nullable String runningJob;

    @Column(name = "running_attempt")
    @Nullable Integer runningAttempt;

    @Column(name = "running_epoch")
    @Nullable Long runningEpoch;

    @Column(name = "busy_epoch")
    @Nullable Long busyEpoch;

    @Column(name = "busy_heard_at")
    @Nullable Instant busyHeardAt;

    @Column(name = "instance")
    @Nullable String instance;

    @Column(name = "progressed_at")
    @Nullable Instant progressedAt;

    @Column(name = "rival_heard_at")
    @Nullable Instant rivalHeardAt;

    @Column(name = "recalled_epoch")
    @Nullable Long recalledEpoch;

    /** For Hibernate. */
    protected Worker() {}

    /** Stable over restarts. */
    public String id() {
        return id;
    }

    /** Grows with each start of its process. */
    public long incarnation() {
        return incarnation;
    }

    /** Which of all workers that ever had its id it is; null when it does not say. */
    public @Nullable String instance() {
        return instance;
    }

    /** When another process was last heard that says it is this worker. */
    public Optional<Instant> rivalHeardAt() {
        return Optional.ofNullable(rivalHeardAt);
    }

    /** When what it ran last moved on; empty when its newest attempt is another. */
    public Optional<Instant> progressedWith(long epoch) {
        return Objects.equals(runningEpoch, epoch)
                ? Optional.ofNullable(progressedAt)
                : Optional.empty();
    }

    /** Device that it trains on. */
    public String device() {
        return device;
    }

    /** Memory that a trainer may take. */
    public long memoryBytes() {
        return memoryBytes;
    }

    /** When it was last heard, by this service's clock. */
    public Instant heardAt() {
        return heardAt;
    }

    /** The attempt that it said it runs; null when free. */
    public @Nullable AttemptReference running() {
        if (runningJob == null || runningAttempt == null || runningEpoch == null) {
            return null;
        }
        return new AttemptReference(runningJob, runningAttempt, runningEpoch, id);
    }

    /** When it last said that it runs an attempt; empty when its newest attempt is another. */
    public Optional<Instant> heardBusyWith(long epoch) {
        return Objects.equals(busyEpoch, epoch)
                ? Optional.ofNullable(busyHeardAt)
                : Optional.empty();
    }
}
