package dev.loramill.train.schedule;

import dev.loramill.messaging.Contact;
import dev.loramill.messaging.Stopping;
import dev.loramill.train.job.JobsChanged;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at leases and queue: when jobs have changed, and after each interval. It rests while it
 * cannot hear the workers.
 */
@ApplicationScoped
class Scheduler implements Contact {
    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

    private final LeaseRound round;
    private final ConsumerCatchUp catchUp;
    private final Clock clock;
    private final ScheduledExecutorService executor;
    private final Stopping stopping;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private volatile Optional<String> fault = Optional.empty();

    Scheduler(
            LeaseRound round,
            ConsumerCatchUp catchUp,
            Clock clock,
            ScheduledExecutorService executor,
            Stopping stopping) {
        this.round = round;
        this.catchUp = catchUp;
        this.clock = clock;
        this.executor = executor;
        this.stopping = stopping;
    }

    @Override
    public String name() {
        return ConsumerCatchUp.SCHEDULER;
    }

    @Override
    public Optional<String> fault() {
        return fault;
    }

    @Scheduled(
            every = "{loramill.train.schedule.interval}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void look() {
        lock.lock();
        try {
            isWoken.set(false);
            if (stopping.hasBegun()) {
                return;
            }
            Instant now = clock.instant();
            catchUp.since(now).ifPresent(heardSince -> round.run(now, heardSince));
            fault = Optional.empty();
        } catch (RuntimeException e) {
            if (fault.isEmpty() && !stopping.hasBegun()) {
                LOG.atError().setCause(e).log("Leases cannot be looked at and it is tried again");
                fault =
                        Optional.of(
                                "leases and queue cannot be looked at since %s: %s"
                                        .formatted(clock.instant(), e));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Another thread looks, since the one that committed still stands in its transaction. */
    void jobsChanged(@Observes(during = TransactionPhase.AFTER_SUCCESS) JobsChanged changes) {
        if (isWoken.compareAndSet(false, true)) {
            executor.execute(this::look);
        }
    }
}
