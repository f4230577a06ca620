package dev.loramill.events;

/**
 * An attempt ended badly.
 *
 * @param attempt the attempt and its epoch
 * @param category what kind of fault
 * @param message sentence for a person
 */
public record AttemptFailed(AttemptReference attempt, FaultCategory category, String message)
        implements TrainingEvent {
    public AttemptFailed {
        message = Check.sentence("message", message);
    }

    /** What kind of fault ended an attempt. */
    public enum FaultCategory {
        /** The job cannot succeed as it is: wrong input, NaN loss. Not tried again. */
        INVALID_INPUT,
        /** Something the job names is not there. Not tried again. */
        MISSING,
        /** Memory or disk ran out. Tried again. */
        EXHAUSTED,
        /** A part outside the trainer failed: store, broker. Tried again. */
        EXTERNAL,
        /** The trainer crashed. Tried again. */
        INTERNAL,
        /** Ended because it was cancelled or its epoch is old. Not tried again. */
        CANCELLED
    }

    /** Whether another attempt may succeed. */
    @com.fasterxml.jackson.annotation.JsonIgnore
    public boolean isWorthAnotherAttempt() {
        return switch (category) {
            case INVALID_INPUT, MISSING, CANCELLED -> false;
            case EXHAUSTED, EXTERNAL, INTERNAL -> true;
        };
    }
}
