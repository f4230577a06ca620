package dev.loramill.artifacts;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Where artifacts lie. */
@ConfigMapping(prefix = "loramill.artifacts")
public interface ArtifactsConfig {
    /** Directory of the artifact store; the same for all services of an installation. */
    @WithDefault(".loramill/artifacts")
    Path directory();
}
