package dev.loramill.serve.engine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Decides whether one context alone may compute on all cores. Several threads on one context wait
 * for each other in tight loops, many hundred times a step: where another program wants one of the
 * cores, a step takes tens of times longer than on one core. So all cores are used only after the
 * machine was seen to have them idle, and no longer once a step is slower than it was on one core.
 * Safe for many threads.
 */
final class SpareCores {
    private static final Duration SAMPLE = Duration.ofMillis(500);
    private static final Duration FIRST_PENALTY = Duration.ofSeconds(2);
    private static final Duration LONGEST_PENALTY = Duration.ofMinutes(2);
    private static final double IDLE_SHARE = 0.7;
    private static final double WEIGHT = 0.2;

    private final int total;
    private final DoubleSupplier systemLoad;
    private final LongSupplier nanoTime;
    private boolean usesAll;
    private long decidedAt;
    private long forbiddenUntil;
    private Duration penalty = FIRST_PENALTY;
    private double stepNanos;

    /**
     * Begins with one core.
     *
     * @param total cores that may be used
     * @param systemLoad share of the machine's cores that were busy since the last call, 0 to 1, or
     *     negative if it is not known
     * @param nanoTime a clock
     */
    SpareCores(int total, DoubleSupplier systemLoad, LongSupplier nanoTime) {
        this.total = total;
        this.systemLoad = systemLoad;
        this.nanoTime = nanoTime;
        this.decidedAt = nanoTime.getAsLong();
        this.forbiddenUntil = decidedAt;
    }

    /** Looks at this machine. */
    static SpareCores ofMachine(int total) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine) {
            return new SpareCores(total, machine::getCpuLoad, System::nanoTime);
        }
        return new SpareCores(total, () -> -1, System::nanoTime);
    }

    /** Cores for the only context that has work. */
    synchronized int forLoneContext() {
        long now = nanoTime.getAsLong();
        if (!usesAll && total > 1 && now - decidedAt >= SAMPLE.toNanos()) {
            decidedAt = now;
            double load = systemLoad.getAsDouble();
            double idle = (1 - load) * total;
            // The context itself keeps one core busy; the others must have had little to do.
            usesAll =
                    load >= 0
                            && stepNanos > 0
                            && now - forbiddenUntil >= 0
                            && idle >= IDLE_SHARE * (total - 1);
        }
        return usesAll ? total : 1;
    }

    /** A step that gave one sequence one token took this long. */
    synchronized void measured(int cores, long nanos) {
        if (cores == 1) {
            stepNanos = stepNanos == 0 ? nanos : stepNanos + WEIGHT * (nanos - stepNanos);
            return;
        }
        long now = nanoTime.getAsLong();
        if (usesAll && nanos > stepNanos) {
            usesAll = false;
            decidedAt = now;
            forbiddenUntil = now + penalty.toNanos();
            penalty = penalty.multipliedBy(2);
            if (penalty.compareTo(LONGEST_PENALTY) > 0) {
                penalty = LONGEST_PENALTY;
            }
        } else if (now - forbiddenUntil > 2 * penalty.toNanos()) {
            penalty = FIRST_PENALTY;
        }
    }
}
