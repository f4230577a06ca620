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

    /**
     * How often in a row ingest may fail to answer for the rows of one job, or clean to freeze
     * them, before the job fails. The pause between two tries of a job begins with the preparation
     * interval and doubles, up to ten minutes.
     */
    @WithDefault("20")
    @Min(1)
    int preparationTries();

    /**
     * Longest time from the creation of a job until its rows are frozen; after it the job fails.
     * Time before the start of this service does not count. Must be longer than the slowest
     * cleaning takes.
     */
    @WithDefault("24h")
    Duration preparationLimit();

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
