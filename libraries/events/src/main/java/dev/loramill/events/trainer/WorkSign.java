package dev.loramill.events.trainer;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Says now and then, by {@link TrainerLine.Working}, that something that takes long moves on:
 * whoever hears nothing for long takes the process for hung. Used by one thread.
 */
public final class WorkSign {
    private static final long PAUSE_NANOS = Duration.ofSeconds(10).toNanos();

    private final Consumer<? super TrainerLine.Working> listener;
    private long saidNanos = System.nanoTime();

    /** Nothing is said before its time. */
    public WorkSign(Consumer<? super TrainerLine.Working> listener) {
        this.listener = listener;
    }

    /** A piece of the work is done. */
    public void moved() {
        long now = System.nanoTime();
        if (now - saidNanos > PAUSE_NANOS) {
            saidNanos = now;
            listener.accept(new TrainerLine.Working());
        }
    }
}
