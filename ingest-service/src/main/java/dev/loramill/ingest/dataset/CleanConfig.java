package dev.loramill.ingest.dataset;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;

/** Where clean-service is, which knows the recipes. */
@ConfigMapping(prefix = "loramill.clean")
public interface CleanConfig {
    /** Address of clean-service. */
    @WithDefault("http://127.0.0.1:8082")
    URI url();

    /** How long to wait for its answer; raise it when clean-service runs far away. */
    @WithDefault("5S")
    Duration timeout();
}
