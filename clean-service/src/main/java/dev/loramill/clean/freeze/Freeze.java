package dev.loramill.clean.freeze;

import dev.loramill.events.FreezeRequest;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A request to freeze a dataset, and the last answer to it. */
@Entity(name = "Freeze")
@Table(name = "dataset_freeze")
class Freeze {
    @Id
    @Column(name = "request_digest", updatable = false)
    String requestDigest;

    @Column(name = "dataset_id", nullable = false, updatable = false)
    String datasetId;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(name = "request", nullable = false, updatable = false)
    FreezeRequest request;

    /** Somebody waits for an answer by an event. */
    @Column(name = "is_awaited", nullable = false)
    boolean isAwaited;

    /** Null until it is answered for the first time. */
    @JdbcTypeCode(SqlTypes.JSON)
    @Column(name = "answer")
    @Nullable FreezeAnswer answer;

    /** Trace of who asked last; null when that was not traced. */
    @Column(name = "trace_parent")
    @Nullable String traceParent;

    @Column(name = "requested_at", nullable = false, updatable = false)
    Instant requestedAt;

    /** For Hibernate, which fills all in. */
    @SuppressWarnings("NullAway.Init")
    protected Freeze() {}
}
