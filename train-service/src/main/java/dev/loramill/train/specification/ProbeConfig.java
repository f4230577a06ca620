package dev.loramill.train.specification;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Which questions base and adapter are asked when a job names none. */
@ConfigMapping(prefix = "loramill.train.probes")
public interface ProbeConfig {
    /**
     * Name of a shipped probe set. Change it when the models answer in another domain; a job may
     * bring its own questions.
     */
    @WithDefault("medical")
    String set();
}
