package dev.loramill.train.client;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;

/** Where clean-service is. */
@ConfigMapping(prefix = "loramill.clean")
public interface CleanConfig {
    /** Address of clean-service, without a path. */
    @WithDefault("http://127.0.0.1:8082")
    URI url();
}
