package dev.loramill.artifacts;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Where the base models are listed. */
@ConfigMapping(prefix = "loramill.bases")
public interface BasesConfig {
    /**
     * JSON file that lists the base models by id; the same for all services of an installation. It
     * is read again when it is needed, so bases can be added while services run.
     */
    @WithDefault(".loramill/bases.json")
    Path catalogue();
}
