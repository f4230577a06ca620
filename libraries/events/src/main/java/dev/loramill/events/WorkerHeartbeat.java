package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A worker is alive; renews the lease of the attempt it runs.
 *
 * @param workerId id of the worker, stable over restarts
 * @param incarnation grows with each start of the worker's process, by a count in its directory
 * @param device device that it trains on, such as {@code cpu}
 * @param memoryBytes memory that a trainer may take
 * @param running the attempt that it runs; null when free
 * @param sentAt when it was sent, by the worker's clock
 * @param instance id that the worker's directory got when it was made: tells two workers of one id
 *     apart; null from a worker that has none yet
 * @param progress grows with each sign of work on the attempt that it runs; null from a worker that
 *     does not tell it
 * @param beat grows with each heartbeat of the incarnation: one that is sent again says nothing;
 *     null from a worker that does not count
 */
public record WorkerHeartbeat(
        String workerId,
        long incarnation,
        String device,
        long memoryBytes,
        @Nullable AttemptReference running,
        Instant sentAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String instance,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long progress,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long beat)
        implements Event {
    public WorkerHeartbeat {
        Check.id("workerId", workerId);
        Check.notNegative("incarnation", incarnation);
        Check.label("device", device);
        Check.positive("memoryBytes", memoryBytes);
        Check.time("sentAt", sentAt);
        if (instance != null) {
            Check.id("instance", instance);
        }
        if (progress != null) {
            Check.notNegative("progress", progress);
        }
        if (beat != null) {
            Check.notNegative("beat", beat);
        }
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
