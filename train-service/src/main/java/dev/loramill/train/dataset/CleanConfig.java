package dev.loramill.train.dataset;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;

/** Where clean-service is. */
@ConfigMapping(prefix = "loramill.clean")
public interface CleanConfig {
    /** Address of clean-service, without a path. */
    @WithDefault("http://127.0.0.1:8082")
    URI url();

    /**
     * Longest time to wait for an answer. Freezing tokenizes all rows before it answers; a freeze
     * that takes longer goes on there, and is asked for again.
     */
    @WithDefault("5m")
    Duration timeout();
}
