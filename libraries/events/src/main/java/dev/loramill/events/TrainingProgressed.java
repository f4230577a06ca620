package dev.loramill.events;

/**
 * An optimizer step was made.
 *
 * @param attempt the attempt and its epoch
 * @param step optimizer step, counted from 1
 * @param totalSteps optimizer steps of the whole job
 * @param loss mean loss over the step's label positions, in nats
 * @param learningRate learning rate of the step
 * @param tokensPerSecond real (unpadded) tokens a second
 * @param trainedTokens real tokens since the job began
 * @param memoryBytes resident memory of the trainer
 * @param etaSeconds seconds to the end, as estimated
 */
public record TrainingProgressed(
        AttemptReference attempt,
        int step,
        int totalSteps,
        double loss,
        double learningRate,
        double tokensPerSecond,
        long trainedTokens,
        long memoryBytes,
        double etaSeconds)
        implements TrainingEvent {
    public TrainingProgressed {
        Check.inRange("step", step, 1, EventLimits.STEPS);
        Check.inRange("totalSteps", totalSteps, 0, EventLimits.STEPS);
        Check.measured("loss", loss);
        Check.measured("learningRate", learningRate);
        Check.measured("tokensPerSecond", tokensPerSecond);
        Check.notNegative("trainedTokens", trainedTokens);
        Check.notNegative("memoryBytes", memoryBytes);
        Check.inRange("etaSeconds", etaSeconds, 0, EventLimits.STEPS);
    }
}
