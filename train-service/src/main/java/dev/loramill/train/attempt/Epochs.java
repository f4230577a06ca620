package dev.loramill.train.attempt;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;

/**
 * The epochs of leases, which come from the database alone. SQL, because the lock on the one row of
 * {@code fencing} makes one scheduler at a time over all replicas, and because the next epoch must
 * be made and read in one statement: an entity that was read before would be stale.
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

    /** An epoch that is greater than any that was leased. What workers say has no part in it. */
    public long next() {
        return (Long)
                entities.createNativeQuery(
                                "UPDATE fencing SET last_epoch = last_epoch + 1 RETURNING last_epoch",
                                Long.class)
                        .getSingleResult();
    }
}
