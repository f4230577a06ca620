package dev.loramill.train.worker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long a worker may be silent. */
@ConfigMapping(prefix = "loramill.train.lease")
public interface LeaseConfig {
    /**
     * Time without a sign of life after which a worker's attempt is given to another. Must be
     * several heartbeats; a longer one spares attempts on slow networks, a shorter one loses less
     * time when a worker dies.
     */
    @WithDefault("15s")
    Duration duration();
}
