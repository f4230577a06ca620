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
        if (found == null) {
            found = new ConsumerOffset(id);
            persist(found);
        }
        return found;
    }
}
