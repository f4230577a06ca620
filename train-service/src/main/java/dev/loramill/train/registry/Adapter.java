package dev.loramill.train.registry;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterAnnounced.State;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A registered adapter; the digest of its file is its id. */
@Entity
@Table(name = "adapter")
@DynamicUpdate
public class Adapter {
    @Id String id;

    /** Place in the order of registration, given by the database. */
    @Column(name = "number", insertable = false, updatable = false)
    @Nullable Long number;

    @Column(name = "model")
    String model;

    @Column(name = "job_id")
    String jobId;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(name = "candidate")
    Candidate candidate;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(name = "state")
    AdapterState state;

    @Column(name = "created_at")
    Instant createdAt;

    /** Number of its latest announcement. */
    @Column(name = "revision")
    long revision;

    /** For Hibernate. */
    protected Adapter() {}

    Adapter(Candidate candidate, AdapterState state, Instant createdAt) {
        this.id = candidate.adapter().sha256();
        this.model = candidate.model();
        this.jobId = candidate.jobId();
        this.candidate = candidate;
        this.state = state;
        this.createdAt = createdAt;
    }

    /** Digest of its file. */
    public String id() {
        return id;
    }

    /** What was trained. */
    public Candidate candidate() {
        return candidate;
    }

    /** Where it stands. */
    public AdapterState state() {
        return state;
    }

    /** When it was registered. */
    public Instant createdAt() {
        return createdAt;
    }

    /** Goes into another state; the adapter must be locked. */
    void enter(AdapterState next) {
        state = next;
    }

    /** Is registered anew: the same file, trained by another job; it must be locked. */
    void replace(Candidate again, AdapterState next, Instant now) {
        model = again.model();
        jobId = again.jobId();
        candidate = again;
        state = next;
        createdAt = now;
    }

    /**
     * The next event that tells its whole state; the adapter must be locked or new. Its revision is
     * greater than all before, also when the clock was set back, and, by the clock, also when a
     * backup of the database was restored that knows less than was announced.
     */
    AdapterAnnounced nextAnnouncement(Instant now) {
        revision = Math.max(revision + 1, now.toEpochMilli());
        return new AdapterAnnounced(
                id(),
                candidate.model(),
                switch (state) {
                    case AdapterState.Live _ -> State.LIVE;
                    case AdapterState.Held _ -> State.HELD;
                    case AdapterState.Retired _ -> State.RETIRED;
                },
                state.reasons(),
                candidate.jobId(),
                candidate.baseId(),
                candidate.adapter(),
                candidate.peft(),
                candidate.contract(),
                candidate.lora(),
                candidate.datasetVersion(),
                candidate.evaluation(),
                createdAt,
                revision);
    }
}
