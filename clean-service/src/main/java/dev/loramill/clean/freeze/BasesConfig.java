package dev.loramill.clean.freeze;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** The bases that can be named. */
@ConfigMapping(prefix = "loramill.bases")
public interface BasesConfig {
    /** File that lists the bases; read again whenever it changes. */
    @WithDefault(".loramill/bases.json")
    Path catalogue();
}
