package dev.loramill.llama.binding;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The one thread that may use a thing. */
final class OwnerThread {
    private final String thing;
    private final AtomicReference<@Nullable Thread> owner = new AtomicReference<>();

    OwnerThread(String thing) {
        this.thing = thing;
    }

    /**
     * Takes the thing for the current thread if it has no owner.
     *
     * @throws IllegalStateException if it belongs to another thread
     */
    void claim() {
        Thread current = Thread.currentThread();
        Thread now = owner.get();
        if (now == current || owner.compareAndSet(null, current)) {
            return;
        }
        throw new IllegalStateException(
                "%s belongs to thread \"%s\" and was used by thread \"%s\"; hand it over first"
                        .formatted(thing, name(owner.get()), current.getName()));
    }

    /** Leaves the thing to the next thread that uses it. */
    void release() {
        owner.set(null);
    }

    private static String name(@Nullable Thread thread) {
        return thread == null ? "none" : thread.getName();
    }
}
