package dev.loramill.train.schedule;

import dev.loramill.train.attempt.Epochs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;

/** One look at leases and queue, in one transaction at a time over all replicas. */
@ApplicationScoped
class LeaseRound {
    private final Epochs epochs;
    private final LeaseKeeper leases;
    private final Dispatcher dispatcher;

    LeaseRound(Epochs epochs, LeaseKeeper leases, Dispatcher dispatcher) {
        this.epochs = epochs;
        this.leases = leases;
        this.dispatcher = dispatcher;
    }

    /**
     * Takes lost leases back, recalls strays and leases what is due.
     *
     * @param heardSince since when this service has heard all that workers say
     */
    @Transactional
    void run(Instant now, Instant heardSince) {
        epochs.lock();
        leases.takeBack(now, heardSince);
        leases.recallStrays(now);
        dispatcher.dispatch(now, heardSince);
    }
}
