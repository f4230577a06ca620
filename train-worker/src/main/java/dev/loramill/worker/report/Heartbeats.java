package dev.loramill.worker.report;

import dev.loramill.events.AttemptReference;
import dev.loramill.events.WorkerHeartbeat;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the control plane at a fixed rate that the worker is alive and what it runs. */
public final class Heartbeats implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("heartbeats").factory());
    private final Reporter reporter;
    private final Supplier<WorkerHeartbeat> heartbeat;

    /**
     * Heartbeats of one start of one worker.
     *
     * @param memoryBytes memory that a trainer may take
     * @param running tells what runs at the moment
     */
    public Heartbeats(
            Reporter reporter,
            String workerId,
            String device,
            long memoryBytes,
            Supplier<Optional<AttemptReference>> running,
            Clock clock) {
        this.reporter = reporter;
        long incarnation = clock.millis();
        this.heartbeat =
                () ->
                        new WorkerHeartbeat(
                                workerId,
                                incarnation,
                                device,
                                memoryBytes,
                                running.get().orElse(null),
                                clock.instant());
    }

    /** Sends the first one now and then one each interval. */
    public void start(Duration interval) {
        var unused =
                timer.scheduleAtFixedRate(
                        this::beat, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void beat() {
        try {
            reporter.report(heartbeat.get());
        } catch (RuntimeException e) {
            LOG.warn("A heartbeat could not be sent: reason={}", e.toString());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
