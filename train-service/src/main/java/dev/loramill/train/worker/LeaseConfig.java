package dev.loramill.train.worker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** How long a worker may be silent. */
@ConfigMapping(prefix = "loramill.train.lease")
public interface LeaseConfig {
    /**
     * Time without a sign of life after which a worker's attempt is given to another. Must be
     * several heartbeats, and at least the six seconds within which this service notices that it
     * cannot hear the workers; a longer one spares attempts on slow networks, a shorter one loses
     * less time when a worker dies.
     */
    @DurationMin(seconds = 6)
    @WithDefault("15s")
    Duration duration();

    /**
     * Time without any progress after which an attempt is given to another worker, though its own
     * still beats: a trainer that hangs holds no job. Must be longer than the worker's own deadline
     * for its trainer, and than the slowest single piece of work that a worker tells nothing of.
     */
    @DurationMin(seconds = 6)
    @WithDefault("30m")
    Duration progress();
}
