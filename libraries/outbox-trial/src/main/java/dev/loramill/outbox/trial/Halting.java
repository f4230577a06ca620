package dev.loramill.outbox.trial;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;

/** Ends the process where a kill hurts most. */
@ApplicationScoped
class Halting {
    private static final int KILLED = 137;
    private static final int BATCHES_BEFORE = 3;

    private final TrialConfig config;
    private final EntityManager entities;
    private final TransactionSynchronizationRegistry transaction;
    private long run;
    private int batches;

    Halting(
            TrialConfig config,
            EntityManager entities,
            TransactionSynchronizationRegistry transaction) {
        this.config = config;
        this.entities = entities;
        this.transaction = transaction;
    }

    /** Called at the end of each batch's effect, in its transaction. */
    synchronized void batchTookEffect() {
        if (!config.halt()) {
            return;
        }
        if (run == 0) {
            // Sequences do not roll back, so this run is counted even though it halts.
            run =
                    QuarkusTransaction.requiringNew()
                            .call(() ->
                                    (Long)
                                            entities.createNativeQuery(
                                                            "SELECT nextval('run')", Long.class)
                                                    .getSingleResult());
        }
        if (++batches < BATCHES_BEFORE) {
            return;
        }
        if (run == 1) {
            Runtime.getRuntime().halt(KILLED);
        } else if (run == 2) {
            transaction.registerInterposedSynchronization(new HaltAfterCommit());
        }
    }

    private static final class HaltAfterCommit implements Synchronization {
        @Override
        public void beforeCompletion() {}

        @Override
        public void afterCompletion(int status) {
            if (status == Status.STATUS_COMMITTED) {
                Runtime.getRuntime().halt(KILLED);
            }
        }
    }
}
