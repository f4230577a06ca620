package dev.loramill.clean.freeze;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Where bases and frozen versions lie. */
@ConfigMapping(prefix = "loramill")
public interface FreezeConfig {
    /** The artifact store. */
    Artifacts artifacts();

    /** The bases that can be named. */
    Bases bases();

    /** The artifact store. */
    interface Artifacts {
        /** Directory of the artifact store; all services share it. */
        @WithDefault(".loramill/artifacts")
        Path directory();
    }

    /** The bases that can be named. */
    interface Bases {
        /** File that lists the bases; read again whenever it changes. */
        @WithDefault(".loramill/bases.json")
        Path catalogue();
    }
}
