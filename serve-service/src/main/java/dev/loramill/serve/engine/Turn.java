package dev.loramill.serve.engine;

import java.util.List;

/** What a decode thread does next. */
sealed interface Turn {
    /** Computes one step of a context. */
    record Step(ScheduledContext context, List<Generation> admitted, int threads) implements Turn {}

    /**
     * Frees a context that takes no more turns.
     *
     * @param admitted requests that its decoder has not seen, to be failed
     */
    record Close(ScheduledContext context, List<Generation> admitted) implements Turn {}

    /** Does what was to be done once no context holds a variant. */
    record Follow(Runnable action) implements Turn {}
}
