package dev.loramill.trainer.loop;

/** Times steps and foresees the end of the run from the recent ones. */
final class StepClock {
    private static final double WEIGHT_OF_LAST = 0.1;

    private final int totalSteps;
    private long startedNanos;
    private double lastSeconds;
    private double usualSeconds;
    private int lastTokens;
    private int count;

    StepClock(int totalSteps) {
        this.totalSteps = totalSteps;
    }

    void start() {
        startedNanos = System.nanoTime();
    }

    void stop(int tokens) {
        lastSeconds = (System.nanoTime() - startedNanos) / 1e9;
        lastTokens = tokens;
        count++;
        // The first steps run before the kernels are compiled and say little about the rest.
        usualSeconds =
                count <= 3
                        ? lastSeconds
                        : usualSeconds + WEIGHT_OF_LAST * (lastSeconds - usualSeconds);
    }

    double tokensPerSecond() {
        return lastTokens / lastSeconds;
    }

    double secondsLeft(int step) {
        return (totalSteps - step) * usualSeconds;
    }
}
