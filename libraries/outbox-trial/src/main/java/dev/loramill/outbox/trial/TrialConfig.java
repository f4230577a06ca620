package dev.loramill.outbox.trial;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What the application does with a record. */
@ConfigMapping(prefix = "loramill.trial")
interface TrialConfig {
    /** Topic that records come by. */
    @WithDefault("trial.in")
    String topic();

    /** Largest number of records in a batch. */
    @WithDefault("500")
    int maxBatch();

    /** Whether each record is also announced on {@code trial.out}, under its key. */
    @WithDefault("false")
    boolean publish();

    /**
     * Whether the process ends at once, as by a kill: in its first run in the midst of a
     * transaction, in its second right after a commit.
     */
    @WithDefault("false")
    boolean halt();
}
