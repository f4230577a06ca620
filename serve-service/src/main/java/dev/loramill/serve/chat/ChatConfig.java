package dev.loramill.serve.chat;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.OptionalInt;

/** How much of a conversation is looked at before it is answered. */
@ConfigMapping(prefix = "loramill.serve.chat")
interface ChatConfig {
    /** Most messages of one conversation; one more is refused. */
    @WithDefault("2048")
    @Min(1)
    @Max(100_000)
    int messageLimit();

    /**
     * Conversations that are turned into tokens at the same time; half of the processor's cores by
     * default, so that answers under way go on.
     */
    OptionalInt promptThreads();

    /** Conversations that may wait to be turned into tokens; one more is answered with 503. */
    @WithDefault("64")
    @Min(1)
    @Max(100_000)
    int promptQueueLimit();
}
