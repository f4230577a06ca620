package dev.loramill.train.registry;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;

/** What a serving replica last said of an adapter. */
@Entity
@Table(name = "adapter_serving")
class AdapterServing {
    /**
     * A replica and an adapter.
     *
     * @param adapterId digest of the adapter
     * @param replicaId the replica
     */
    @Embeddable
    record Id(
            @Column(name = "adapter_id") String adapterId,
            @Column(name = "replica_id") String replicaId) {}

    @EmbeddedId Id id;

    @Column(name = "report")
    String report;

    @Column(name = "reported_at")
    Instant reportedAt;

    /** For Hibernate. */
    protected AdapterServing() {}

    AdapterServing(Id id, String report, Instant reportedAt) {
        this.id = id;
        this.report = report;
        this.reportedAt = reportedAt;
    }
}
