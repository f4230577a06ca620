package dev.loramill.events;

/**
 * An attempt is no longer wanted; its worker stops it.
 *
 * @param attempt the attempt and its epoch
 * @param reason sentence for a person
 */
public record AttemptCancelled(AttemptReference attempt, String reason)
        implements TrainingAssignment {
    public AttemptCancelled {
        reason = Check.sentence("reason", reason);
    }
}
