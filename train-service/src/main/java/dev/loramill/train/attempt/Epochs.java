package dev.loramill.train.attempt;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;

/**
 * The epochs of leases. SQL, because the lock on the one row of {@code fencing} makes one scheduler
 * at a time over all replicas, and because the next epoch must be made and read in one statement
 * that also looks at what workers were heard to run: an entity that was read before would be stale.
 */
@ApplicationScoped
public class Epochs {
    private final EntityManager entities;

    Epochs(EntityManager entities) {
        this.entities = entities;
    }

    /** Makes this transaction the only one that leases attempts, until it ends. */
    public void lock() {
        entities.createNativeQuery("SELECT last_epoch FROM fencing FOR UPDATE", Long.class)
                .getSingleResult();
    }

    /**
     * An epoch that is greater than any that was leased, and than any that a worker was heard to
     * run: even after the database was lost, workers follow the newest lease.
     */
    public long next() {
        return (Long)
                entities.createNativeQuery(
                                """
                                UPDATE fencing SET last_epoch = 1 + greatest(
                                    last_epoch, (SELECT coalesce(max(busy_epoch), 0) FROM worker))
                                RETURNING last_epoch
                                """,
                                Long.class)
                        .getSingleResult();
    }
}
