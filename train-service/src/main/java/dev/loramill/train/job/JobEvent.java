package dev.loramill.train.job;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that clients read of a job's life.
 *
 * @param number place in the order of all events
 * @param createdAt when it happened
 * @param level how grave it is
 * @param message sentence for a person
 * @param data figures by OpenAI's names; null when it is only a message
 */
record JobEvent(
        long number,
        Instant createdAt,
        Level level,
        String message,
        @Nullable Map<String, Object> data) {
    /** How grave an event is. */
    enum Level {
        INFO,
        WARN,
        ERROR
    }
}
