package dev.loramill.events;

/**
 * The loss on the held-out rows was measured.
 *
 * @param attempt the attempt and its epoch
 * @param step optimizer step after which it was measured; 0 is the base itself
 * @param evalLoss mean loss over the label positions of all held-out rows, in nats
 * @param tokenAccuracy share of label positions whose most likely token is right
 */
public record TrainingEvaluated(
        AttemptReference attempt, int step, double evalLoss, double tokenAccuracy)
        implements TrainingEvent {
    public TrainingEvaluated {
        Check.inRange("step", step, 0, EventLimits.STEPS);
        Check.measured("evalLoss", evalLoss);
        Check.inRange("tokenAccuracy", tokenAccuracy, 0, 1);
    }
}
