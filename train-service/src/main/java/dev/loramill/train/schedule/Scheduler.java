package dev.loramill.train.schedule;

import dev.loramill.outbox.legacy.Transactions;
import dev.loramill.train.announce.Relay;
import dev.loramill.train.job.AttemptTable;
import dev.loramill.train.job.JobsMoved;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Looks at leases and queue, in one transaction at a time over all replicas of this service. It
 * rests while it cannot hear the workers.
 */
@ApplicationScoped
class Scheduler {
    private final DataSource dataSource;
    private final AttemptTable attempts;
    private final LeaseKeeper leases;
    private final Dispatcher dispatcher;
    private final Hearing hearing;
    private final Relay relay;
    private final Clock clock;
    private final Ticker ticker;

    Scheduler(
            DataSource dataSource,
            AttemptTable attempts,
            LeaseKeeper leases,
            Dispatcher dispatcher,
            Hearing hearing,
            Relay relay,
            Clock clock,
            ScheduleConfig config) {
        this.dataSource = dataSource;
        this.attempts = attempts;
        this.leases = leases;
        this.dispatcher = dispatcher;
        this.hearing = hearing;
        this.relay = relay;
        this.clock = clock;
        this.ticker = new Ticker("scheduler", config.interval(), this::look);
    }

    void start(@Observes StartupEvent event) {
        ticker.start();
    }

    void stop(@Observes ShutdownEvent event) {
        ticker.close();
    }

    void jobsMoved(@Observes JobsMoved news) {
        ticker.wake();
    }

    private void look() throws SQLException {
        Instant now = clock.instant();
        Optional<Instant> heardSince = hearing.since(now);
        if (heardSince.isEmpty()) {
            return;
        }
        boolean isAnythingSaid =
                Transactions.call(
                        dataSource,
                        tx -> {
                            attempts.lockLeasing(tx);
                            return leases.takeBack(tx, now, heardSince.get())
                                    | leases.recallStrays(tx, now)
                                    | dispatcher.dispatch(tx, now, heardSince.get());
                        });
        if (isAnythingSaid) {
            relay.wake();
        }
    }
}
