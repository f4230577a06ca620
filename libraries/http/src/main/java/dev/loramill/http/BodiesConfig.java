package dev.loramill.http;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How much memory the bodies of requests may take together. */
@ConfigMapping(prefix = "loramill.http")
interface BodiesConfig {
    /**
     * Most bytes of the bodies of all requests under way; one that does not fit is answered with
     * 503 before it is read. By default an eighth of the heap: what is made of a body takes several
     * times its size. A body without a length counts as the largest that is allowed.
     */
    Optional<MemorySize> maxBodyBytesInFlight();

    /**
     * How long a body may take to come in, with another second for each 64 KiB of it; then the
     * connection is closed.
     */
    @WithDefault("30s")
    Duration bodyTimeout();

    /**
     * Ends of the paths whose bodies are written to a disk as they come, so that they do not count;
     * nor do those of type {@code multipart/form-data}.
     */
    Optional<List<String>> streamedPaths();
}
