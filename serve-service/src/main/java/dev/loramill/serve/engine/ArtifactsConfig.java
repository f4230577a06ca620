package dev.loramill.serve.engine;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Where large files lie. */
@ConfigMapping(prefix = "loramill.artifacts")
interface ArtifactsConfig {
    /** Directory of the artifact store; the same for all services of an installation. */
    @WithDefault(".loramill/artifacts")
    Path directory();
}
