package dev.loramill.train.specification;

import dev.loramill.events.Hyperparameters;
import dev.loramill.http.RefusedException;
import org.jspecify.annotations.Nullable;

/**
 * Hyper-parameters as a person asks for them; null leaves the choice to this service.
 *
 * @param epochs passes over the rows; by default so many that small files are seen often enough
 * @param batchSize packed sequences a forward pass
 * @param learningRateMultiplier factor on the usual learning rate of 2e-4
 * @param learningRate peak learning rate, instead of the multiplier
 * @param maxSteps upper bound of optimizer steps
 * @param gradientAccumulation forward passes an optimizer step
 * @param maxLength tokens a sequence
 * @param warmupSteps steps of linear warm-up
 * @param evalEvery steps between evaluations
 * @param saveEvery steps between checkpoints
 * @param precision {@code auto}, {@code bf16}, {@code fp16} or {@code fp32}
 * @param sample rows to take of the file
 * @param evalFraction share of the rows held out
 */
public record HyperparameterChoice(
        @Nullable Integer epochs,
        @Nullable Integer batchSize,
        @Nullable Double learningRateMultiplier,
        @Nullable Double learningRate,
        @Nullable Integer maxSteps,
        @Nullable Integer gradientAccumulation,
        @Nullable Integer maxLength,
        @Nullable Integer warmupSteps,
        @Nullable Integer evalEvery,
        @Nullable Integer saveEvery,
        @Nullable String precision,
        @Nullable Integer sample,
        @Nullable Double evalFraction) {
    private static final double USUAL_LEARNING_RATE = 2e-4;
    private static final int USUAL_BATCH_SIZE = 4;
    private static final int USUAL_MAX_LENGTH = 512;
    private static final int USUAL_EVAL_EVERY = 50;
    private static final int USUAL_SAVE_EVERY = 25;
    private static final double USUAL_EVAL_FRACTION = 0.1;

    /** From so many rows on one epoch is enough, and from so many on two are. */
    private static final long ONE_EPOCH_ROWS = 2_000;

    private static final long TWO_EPOCH_ROWS = 500;

    /** Longest row that is let in when a file is frozen, in tokens. */
    public int freezingMaxTokens() {
        return maxLength == null ? USUAL_MAX_LENGTH : maxLength;
    }

    /** Share of the rows that is held out when a file is frozen. */
    public double freezingEvalFraction() {
        return evalFraction == null ? USUAL_EVAL_FRACTION : evalFraction;
    }

    /** Learning rate divided by the usual one. */
    public double effectiveMultiplier() {
        return effectiveLearningRate() / USUAL_LEARNING_RATE;
    }

    /**
     * Fills what was left open, now that the rows are known.
     *
     * @param trainRows rows to train on
     * @param versionMaxTokens longest row that the frozen version let in, in tokens
     * @throws RefusedException when sequences would be shorter than a row may be
     */
    public Hyperparameters resolve(long trainRows, int versionMaxTokens, int seed) {
        int length = maxLength == null ? versionMaxTokens : maxLength;
        if (length < versionMaxTokens) {
            throw RefusedException.invalid(
                    "invalid_value",
                    "hyperparameters.max_length",
                    ("hyperparameters.max_length must be at least %d, the limit that the dataset"
                                    + " version was frozen with, got %d; raise it or freeze again")
                            .formatted(versionMaxTokens, length));
        }
        return new Hyperparameters(
                epochs == null ? usualEpochs(trainRows) : epochs,
                maxSteps,
                batchSize == null ? USUAL_BATCH_SIZE : batchSize,
                gradientAccumulation == null ? 1 : gradientAccumulation,
                effectiveLearningRate(),
                warmupSteps,
                length,
                seed,
                precision == null ? "auto" : precision,
                evalEvery == null ? USUAL_EVAL_EVERY : evalEvery,
                saveEvery == null ? USUAL_SAVE_EVERY : saveEvery);
    }

    private double effectiveLearningRate() {
        if (learningRate != null) {
            return learningRate;
        }
        return learningRateMultiplier == null
                ? USUAL_LEARNING_RATE
                : USUAL_LEARNING_RATE * learningRateMultiplier;
    }

    private static int usualEpochs(long trainRows) {
        if (trainRows >= ONE_EPOCH_ROWS) {
            return 1;
        }
        return trainRows >= TWO_EPOCH_ROWS ? 2 : 3;
    }
}
