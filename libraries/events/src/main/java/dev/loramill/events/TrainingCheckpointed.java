package dev.loramill.events;

/**
 * A checkpoint lies in the artifact store; another attempt can go on from it.
 *
 * @param attempt the attempt and its epoch
 * @param step optimizer step that the checkpoint holds
 * @param checkpoint the checkpoint
 */
public record TrainingCheckpointed(AttemptReference attempt, int step, ArtifactReference checkpoint)
        implements TrainingEvent {
    public TrainingCheckpointed {
        Check.inRange("step", step, 1, EventLimits.STEPS);
    }
}
