package dev.loramill.worker.agent;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long a child may give no sign of work: the time that is configured, or ten times the longest
 * pause that it has made so far. Written by the thread that reads its lines, read by any.
 */
final class Patience {
    private static final int FACTOR = 10;

    private final Duration least;
    private final AtomicLong longestPause = new AtomicLong();
    private long lastNanos;
    private boolean isFirst = true;
    private volatile boolean isLost;

    Patience(Duration least) {
        this.least = least;
    }

    /** A sign came. */
    void heard() {
        long now = System.nanoTime();
        // How long it takes to start says nothing of its work.
        if (!isFirst) {
            longestPause.accumulateAndGet(now - lastNanos, Math::max);
        }
        isFirst = false;
        lastNanos = now;
    }

    /** Longest time without a sign. */
    Duration longest() {
        Duration scaled = Duration.ofNanos(longestPause.get()).multipliedBy(FACTOR);
        return scaled.compareTo(least) > 0 ? scaled : least;
    }

    /** The child was killed. */
    void lose() {
        isLost = true;
    }

    boolean isLost() {
        return isLost;
    }
}
