package dev.loramill.outbox;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** Offset of the next record of a partition that has not taken effect, for one consumer group. */
@Entity(name = "ConsumerOffset")
@Table(name = "consumer_offset")
class ConsumerOffset {
    /** The partition, and the group that consumes it. */
    @Embeddable
    record Id(
            @Column(name = "consumer_group") String group,
            @Column(name = "topic") String topic,
            @Column(name = "partition") int partition) {}

    @EmbeddedId Id id;

    @Column(name = "next_offset", nullable = false)
    long nextOffset;

    /** Kafka's id of the topic that the offset is of; null when it was stored before ids were. */
    @Column(name = "topic_id")
    @Nullable String topicId;

    /** For Hibernate. */
    protected ConsumerOffset() {
        this.id = new Id("", "", 0);
    }
}
