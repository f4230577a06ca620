package dev.loramill.train.job;

import dev.loramill.train.specification.JobSpecification;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Map;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * A fine-tuning job. Its state is a document of the state machine; the columns {@code status} and
 * {@code not_before} repeat what queries look for.
 */
@Entity
@Table(name = "job")
@DynamicUpdate
public class Job {
    @Id String id;

    /** Place in the order of creation, given by the database. */
    @Column(name = "number", insertable = false, updatable = false)
    @Nullable Long number;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "status")
    String status;

    @Column(name = "not_before")
    @Nullable Instant notBefore;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(name = "specification", updatable = false)
    JobSpecification specification;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(name = "state")
    JobState state;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(name = "metadata", updatable = false)
    Map<String, String> metadata;

    @Column(name = "estimated_finish")
    @Nullable Instant estimatedFinish;

    @Column(name = "freeze_request")
    @Nullable String freezeRequest;

    @Column(name = "open_tries")
    int openTries;

    @Column(name = "freeze_tries")
    int freezeTries;

    @Column(name = "prepare_at")
    @Nullable Instant prepareAt;

    @Column(name = "trace_parent", updatable = false)
    @Nullable String traceParent;

    /** For Hibernate. */
    protected Job() {}

    /**
     * A job that is not stored yet.
     *
     * @param id id for clients
     * @param createdAt when it was created
     * @param specification what it is to do
     * @param state where it stands
     */
    public Job(String id, Instant createdAt, JobSpecification specification, JobState state) {
        this.id = id;
        this.createdAt = createdAt;
        this.specification = specification;
        this.metadata = specification.metadata();
        this.state = state;
        this.status = state.status();
        this.notBefore = notBefore(state);
    }

    /** Id for clients. */
    public String id() {
        return id;
    }

    /** When it was created. */
    public Instant createdAt() {
        return createdAt;
    }

    /** What it is to do. */
    public JobSpecification specification() {
        return specification;
    }

    /** Where it stands. */
    public JobState state() {
        return state;
    }

    /** When it is likely to end; null while nobody knows. */
    public @Nullable Instant estimatedFinish() {
        return estimatedFinish;
    }

    /** Trace that all that is published for it goes on with; null when it is not traced. */
    public @Nullable String traceParent() {
        return traceParent;
    }

    /** Goes into another state; the job must be locked. */
    public void enter(JobState next) {
        state = next;
        status = next.status();
        notBefore = notBefore(next);
        if (!(next instanceof JobState.Running)) {
            estimatedFinish = null;
        }
    }

    /** Notes when it is likely to end; the job must be locked. */
    public void estimate(Instant finish) {
        estimatedFinish = finish;
    }

    /** Notes which request's answer it waits for; the job must be locked or new. */
    public void awaitFreeze(String requestDigest) {
        freezeRequest = requestDigest;
    }

    /** How often in a row ingest could not be asked for its rows. */
    public int openTries() {
        return openTries;
    }

    /** Notes whether ingest could be asked for its rows; the job must be locked. */
    public void opened(boolean isDone) {
        openTries = isDone ? 0 : openTries + 1;
    }

    /** How often its rows could not be frozen yet. */
    public int freezeTries() {
        return freezeTries;
    }

    /** Notes that its rows could not be frozen yet; the job must be locked. */
    public void freezeFailed() {
        freezeTries++;
    }

    /** Lets it be looked after again, not before a time; the job must be locked. */
    public void prepareAt(Instant due) {
        prepareAt = due;
    }

    /** Belongs to a trace from now on; the job must be new. */
    public void belongTo(@Nullable String parent) {
        traceParent = parent;
    }

    private static @Nullable Instant notBefore(JobState state) {
        return state instanceof JobState.Queued queued ? queued.notBefore() : null;
    }
}
