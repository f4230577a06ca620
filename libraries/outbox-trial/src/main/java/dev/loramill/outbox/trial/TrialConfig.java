package dev.loramill.outbox.trial;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

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

    /**
     * A file; while it exists a batch waits before it begins to take effect, and the number of its
     * records stands in the file.
     */
    Optional<Path> hold();
}
