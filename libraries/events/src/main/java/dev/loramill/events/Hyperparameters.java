package dev.loramill.events;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a job is trained.
 *
 * @param epochs passes over the training rows, 1 to 50
 * @param maxSteps upper bound of optimizer steps; null for none
 * @param batchSize packed sequences a forward pass
 * @param gradientAccumulation forward passes an optimizer step
 * @param learningRate peak learning rate of AdamW
 * @param warmupSteps steps of linear warm-up before the linear decay; null lets the trainer take a
 *     tenth of all steps, at most 100
 * @param maxLength tokens a sequence; the frozen dataset holds no longer row
 * @param seed seed of order and initial weights, 0 to 2147483647
 * @param precision {@code auto}, {@code bf16}, {@code fp16} or {@code fp32}
 * @param evalEverySteps steps between evaluations; 0 evaluates only before and after
 * @param saveEverySteps steps between checkpoints; 0 saves none
 */
public record Hyperparameters(
        int epochs,
        @Nullable Integer maxSteps,
        int batchSize,
        int gradientAccumulation,
        double learningRate,
        @Nullable Integer warmupSteps,
        int maxLength,
        int seed,
        String precision,
        int evalEverySteps,
        int saveEverySteps) {
    /** What {@code precision} may be. */
    public static final List<String> PRECISIONS = List.of("auto", "bf16", "fp16", "fp32");

    public Hyperparameters {
        if (epochs < 1 || epochs > 50) {
            throw new IllegalArgumentException("epochs must be in [1, 50], got " + epochs);
        }
        if (maxSteps != null) {
            Check.inRange("maxSteps", maxSteps, 1, EventLimits.STEPS);
        }
        Check.positive("batchSize", batchSize);
        Check.positive("gradientAccumulation", gradientAccumulation);
        if (!(learningRate > 0 && learningRate <= EventLimits.MEASURE)) {
            throw new IllegalArgumentException("learningRate must be > 0, got " + learningRate);
        }
        if (warmupSteps != null) {
            Check.inRange("warmupSteps", warmupSteps, 0, EventLimits.STEPS);
        }
        Check.positive("maxLength", maxLength);
        Check.notNegative("seed", seed);
        if (!PRECISIONS.contains(precision)) {
            throw new IllegalArgumentException(
                    "precision must be one of %s, got \"%s\""
                            .formatted(String.join(", ", PRECISIONS), precision));
        }
        Check.inRange("evalEverySteps", evalEverySteps, 0, EventLimits.STEPS);
        Check.inRange("saveEverySteps", saveEverySteps, 0, EventLimits.STEPS);
    }
}
