package dev.loramill.train.schedule;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Where artifacts are kept. */
@ConfigMapping(prefix = "loramill.artifacts")
public interface ArtifactsConfig {
    /** Directory of the artifact store; the same for all services of one machine. */
    @WithDefault(".loramill/artifacts")
    Path directory();
}
