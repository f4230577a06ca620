package dev.loramill.outbox.legacy;

import java.time.Duration;

/** Growing pauses between attempts that fail one after the other. For one thread. */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private Duration next = FIRST;

    /** Pause before the next attempt; each is twice the one before, up to five seconds. */
    Duration afterFailure() {
        Duration pause = next;
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        return pause;
    }

    void afterSuccess() {
        next = FIRST;
    }
}
