package dev.loramill.clean.ledger;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How the ledger is kept. */
@ConfigMapping(prefix = "loramill.clean.ledger")
public interface LedgerConfig {
    /**
     * Most outcomes that are stored in one transaction. Lower it when rows are very long and memory
     * is short.
     */
    @WithDefault("1000")
    @Min(1)
    @Max(20000)
    int maxBatch();
}
