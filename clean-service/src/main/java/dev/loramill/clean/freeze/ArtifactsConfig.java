package dev.loramill.clean.freeze;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Where frozen versions lie. */
@ConfigMapping(prefix = "loramill.artifacts")
public interface ArtifactsConfig {
    /** Directory of the artifact store; all services share it. */
    @WithDefault(".loramill/artifacts")
    Path directory();
}
