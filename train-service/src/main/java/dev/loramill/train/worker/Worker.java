package dev.loramill.train.worker;

import dev.loramill.events.AttemptReference;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A worker, as it last told of itself.
 *
 * @param id stable over restarts
 * @param incarnation grows with each start of its process
 * @param device device that it trains on
 * @param memoryBytes memory that a trainer may take
 * @param heardAt when it was last heard, by this service's clock
 * @param running the attempt that it said it runs; null when free
 */
public record Worker(
        String id,
        long incarnation,
        String device,
        long memoryBytes,
        Instant heardAt,
        @Nullable AttemptReference running) {}
