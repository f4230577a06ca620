package dev.loramill.clean.topology;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;

/** How rows are cleaned. */
@ConfigMapping(prefix = "loramill.clean")
public interface TopologyConfig {
    /**
     * Directory of the state stores, a cache of what Kafka holds: it may be deleted while the
     * service is down, and is then read anew. Move it to a disk with room for 100 bytes a kept row.
     */
    @WithDefault(".loramill/clean-state")
    Path stateDirectory();

    /**
     * Threads that clean, at most one a partition of {@code rows.received} is of use. Raise it on a
     * machine with many cores.
     */
    @WithDefault("1")
    @Min(1)
    @Max(64)
    int threads();
}
