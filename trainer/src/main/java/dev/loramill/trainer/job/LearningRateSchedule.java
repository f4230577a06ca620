package dev.loramill.trainer.job;

/**
 * The learning rate of each step, as the schedules of the transformers library have it.
 *
 * <p>The first of {@code warmupSteps} steps has rate 0, the first after them the peak.
 *
 * @param kind what follows the warmup
 * @param peak the highest rate
 * @param warmupSteps steps of linear growth from 0
 * @param totalSteps steps of the whole run
 */
public record LearningRateSchedule(Kind kind, double peak, int warmupSteps, int totalSteps) {

    /** What the rate does after the warmup. */
    public enum Kind {
        /** Falls evenly to 0. */
        LINEAR,
        /** Falls to 0 along half a cosine. */
        COSINE,
        /** Stays. */
        CONSTANT
    }

    /** The rate of a step, counted from 0. */
    public double rate(int step) {
        if (step < warmupSteps) {
            return peak * step / Math.max(1, warmupSteps);
        }
        double left = Math.max(0.0, totalSteps - step) / Math.max(1, totalSteps - warmupSteps);
        return switch (kind) {
            case LINEAR -> peak * left;
            case COSINE -> peak * 0.5 * (1 + Math.cos(Math.PI * (1 - left)));
            case CONSTANT -> peak;
        };
    }
}
