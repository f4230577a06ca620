package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A worker is alive; renews the lease of the attempt it runs.
 *
 * @param workerId id of the worker, stable over restarts
 * @param incarnation grows with each start of the worker's process
 * @param device device that it trains on, such as {@code cpu}
 * @param memoryBytes memory that a trainer may take
 * @param running the attempt that it runs; null when free
 * @param sentAt when it was sent, by the worker's clock
 */
public record WorkerHeartbeat(
        String workerId,
        long incarnation,
        String device,
        long memoryBytes,
        @Nullable AttemptReference running,
        Instant sentAt)
        implements Event {
    public WorkerHeartbeat {
        Check.id("workerId", workerId);
        Check.notNegative("incarnation", incarnation);
        Check.label("device", device);
        Check.positive("memoryBytes", memoryBytes);
        Check.time("sentAt", sentAt);
    }

    @Override
    @JsonIgnore
    public String key() {
        return workerId;
    }

    @Override
    @JsonIgnore
    public String subject() {
        return workerId;
    }
}
