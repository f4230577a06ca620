package dev.loramill.trainer.profile;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/**
 * Tells how long one thread was at each part of its work: every lap adds the time since the one
 * before to a part. Belongs to one thread; others may read it while that thread rests.
 */
public final class PartClock {
    private final long[] nanos = new long[StepPart.values().length];
    private long lapStarted;

    /** Starts a lap; the time since the last one counts nowhere. */
    public void start() {
        lapStarted = System.nanoTime();
    }

    /** Ends a lap and starts the next. */
    public void lap(StepPart part) {
        long now = System.nanoTime();
        nanos[part.ordinal()] += now - lapStarted;
        lapStarted = now;
    }

    /** Forgets all laps. */
    public void reset() {
        java.util.Arrays.fill(nanos, 0);
    }

    /** Seconds of each part, on average over some clocks. */
    public static Map<StepPart, Double> meanSeconds(Collection<PartClock> clocks) {
        Map<StepPart, Double> seconds = new EnumMap<>(StepPart.class);
        for (StepPart part : StepPart.values()) {
            double sum = 0;
            for (PartClock clock : clocks) {
                sum += clock.nanos[part.ordinal()] / 1e9;
            }
            seconds.put(part, sum / clocks.size());
        }
        return seconds;
    }
}
