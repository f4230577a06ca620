package dev.loramill.events;

/**
 * The trainer runs.
 *
 * @param attempt the attempt and its epoch
 * @param device device that it runs on, such as {@code cpu}
 * @param totalSteps optimizer steps of the whole job
 * @param resumedFromStep step of the checkpoint it went on from; 0 when it began
 */
public record AttemptStarted(
        AttemptReference attempt, String device, int totalSteps, int resumedFromStep)
        implements TrainingEvent {
    public AttemptStarted {
        Check.label("device", device);
        Check.inRange("totalSteps", totalSteps, 0, EventLimits.STEPS);
        Check.inRange("resumedFromStep", resumedFromStep, 0, EventLimits.STEPS);
    }
}
