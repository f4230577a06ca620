package dev.loramill.train.client;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;

/** Where ingest-service is. */
@ConfigMapping(prefix = "loramill.ingest")
public interface IngestConfig {
    /** Address of ingest-service, without a path. */
    @WithDefault("http://127.0.0.1:8081")
    URI url();
}
