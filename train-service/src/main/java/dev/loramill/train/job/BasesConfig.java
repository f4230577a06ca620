package dev.loramill.train.job;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Where the base models are listed. */
@ConfigMapping(prefix = "loramill.bases")
public interface BasesConfig {
    /** Catalogue file; read at each request, so bases can be added while the service runs. */
    @WithDefault(".loramill/bases.json")
    Path catalogue();
}
