package dev.loramill.llama.binding;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lets one thread use a thing at a time; a second one is refused, not made to wait. */
final class ExclusiveUse {
    private final String thing;
    private final AtomicReference<@Nullable Thread> user = new AtomicReference<>();

    ExclusiveUse(String thing) {
        this.thing = thing;
    }

    /**
     * Begins a use, which {@link #end()} ends.
     *
     * @throws IllegalStateException if another use has not ended
     */
    void begin() {
        Thread other = user.compareAndExchange(null, Thread.currentThread());
        if (other != null) {
            throw new IllegalStateException(
                    "%s is in use by thread \"%s\" and was used by thread \"%s\" at the same time"
                            .formatted(thing, other.getName(), Thread.currentThread().getName()));
        }
    }

    void end() {
        user.set(null);
    }
}
