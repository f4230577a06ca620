package dev.loramill.train.schedule;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How jobs move on. */
@ConfigMapping(prefix = "loramill.train.schedule")
public interface ScheduleConfig {
    /**
     * Longest time between two looks at queue and leases, at least a second. News are acted on at
     * once; this bounds what nobody tells, such as a worker's silence.
     */
    @WithDefault("1s")
    Duration interval();

    /**
     * Time after which it is asked again for what no event tells of rows that are on their way:
     * whether ingest can still read them, and for an answer that Kafka no longer holds.
     */
    @WithDefault("30s")
    Duration preparationInterval();

    /** Attempts after which a job fails. */
    @WithDefault("5")
    @Min(1)
    int maxAttempts();

    /**
     * Pause before another attempt when one has failed; it doubles with each failure, up to a
     * minute. A lost worker's job is given to another without a pause.
     */
    @WithDefault("5s")
    Duration retryDelay();
}
