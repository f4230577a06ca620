package dev.loramill.train.schedule;

import dev.loramill.train.attempt.Epochs;
import dev.loramill.train.worker.Worker;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at leases and queue. Each job and worker is looked at in a transaction of its own, one
 * at a time over all replicas: what is wrong with one keeps no other waiting, and it is looked at
 * again after a pause.
 */
@ApplicationScoped
class LeaseRound {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseRound.class);
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Epochs epochs;
    private final LeaseKeeper leases;
    private final Dispatcher dispatcher;

    /** When what has failed is looked at again, by job or worker; used by one thread at a time. */
    private final Map<String, Instant> failed = new HashMap<>();

    LeaseRound(Epochs epochs, LeaseKeeper leases, Dispatcher dispatcher) {
        this.epochs = epochs;
        this.leases = leases;
        this.dispatcher = dispatcher;
    }

    private record Found(List<LeaseKeeper.Lost> lost, List<Worker> strays) {}

    /**
     * Takes lost leases back, recalls strays and leases what is due.
     *
     * @param heardSince since when this service has heard all that workers say
     */
    void run(Instant now, Instant heardSince) {
        failed.values().removeIf(until -> !until.isAfter(now));
        Found found = alone(() -> new Found(leases.lost(now, heardSince), leases.strays(now)));
        for (LeaseKeeper.Lost lost : found.lost()) {
            guarded(lost.attempt().jobId(), now, () -> leases.takeBack(lost));
        }
        for (Worker stray : found.strays()) {
            guarded(stray.id(), now, () -> leases.recall(stray));
        }
        Optional<String> job = next(now, heardSince);
        while (job.isPresent()) {
            String jobId = job.get();
            guarded(jobId, now, () -> dispatcher.lease(jobId, now, heardSince));
            Optional<String> following = next(now, heardSince);
            if (following.equals(job)) {
                // Another replica has just taken the worker; there may be one again later.
                return;
            }
            job = following;
        }
    }

    private Optional<String> next(Instant now, Instant heardSince) {
        return alone(() -> dispatcher.next(now, heardSince, failed.keySet()));
    }

    private void guarded(String id, Instant now, Runnable look) {
        if (failed.containsKey(id)) {
            return;
        }
        try {
            alone(() -> {
                look.run();
                return true;
            });
        } catch (RuntimeException e) {
            failed.put(id, now.plus(PAUSE));
            LOG.atError()
                    .addKeyValue("subject", id)
                    .setCause(e)
                    .log("A job or worker cannot be looked at and waits, the others do not");
        }
    }

    private <T> T alone(Supplier<T> look) {
        return QuarkusTransaction.requiringNew()
                .call(() -> {
                    epochs.lock();
                    return look.get();
                });
    }
}
