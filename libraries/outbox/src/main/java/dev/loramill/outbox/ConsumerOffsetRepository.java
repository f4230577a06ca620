package dev.loramill.outbox;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;

/** Stored offsets. */
@ApplicationScoped
class ConsumerOffsetRepository implements PanacheRepositoryBase<ConsumerOffset, ConsumerOffset.Id> {
    /** The offset of a partition, which nobody else moves until the transaction ends. */
    ConsumerOffset lock(ConsumerOffset.Id id) {
        ConsumerOffset found = findById(id, LockModeType.PESSIMISTIC_WRITE);
        if (found != null) {
            return found;
        }
        // The partition's consumer before may store its first offset at the same moment.
        getEntityManager()
                .createNativeQuery(
                        """
                        INSERT INTO consumer_offset (consumer_group, topic, partition, next_offset)
                        VALUES (:group, :topic, :partition, 0) ON CONFLICT DO NOTHING
                        """)
                .setParameter("group", id.group())
                .setParameter("topic", id.topic())
                .setParameter("partition", id.partition())
                .executeUpdate();
        return findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE).orElseThrow();
    }
}
