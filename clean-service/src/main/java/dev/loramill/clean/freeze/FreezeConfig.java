package dev.loramill.clean.freeze;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How requests to freeze are worked off. */
@ConfigMapping(prefix = "loramill.clean.freezes")
public interface FreezeConfig {
    /**
     * Datasets that are frozen at once. Each takes about 400 bytes of memory a row; raise it where
     * there is memory for it and many jobs begin at the same time.
     */
    @WithDefault("2")
    @Min(1)
    @Max(16)
    int parallel();
}
