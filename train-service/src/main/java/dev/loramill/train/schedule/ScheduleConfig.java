package dev.loramill.train.schedule;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How jobs move on. */
@ConfigMapping(prefix = "loramill.train.schedule")
public interface ScheduleConfig {
    /**
     * Longest time between two looks at queue and leases. News are acted on at once; this bounds
     * what nobody tells, such as a worker's silence.
     */
    @WithDefault("1s")
    Duration interval();

    /** Time between two questions to ingest and clean about rows that are on their way. */
    @WithDefault("2s")
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
