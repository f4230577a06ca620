package dev.loramill.serve.engine;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Which base models there are. */
@ConfigMapping(prefix = "loramill.bases")
interface BasesConfig {
    /** JSON file that lists the base models by id; read again as long as the base is missing. */
    @WithDefault(".loramill/bases.json")
    Path catalogue();
}
