package dev.loramill.ingest.row;

import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowDigests;
import dev.loramill.events.RowEvent;
import dev.loramill.events.RowOrigin;
import dev.loramill.events.RowReceived;
import dev.loramill.events.RowRejected;

/** Says in an event what became of a row at the door. */
public final class RowEvents {
    private RowEvents() {}

    /**
     * Event for an outcome.
     *
     * @param original the row as it came; U+0000, which databases cannot keep, becomes U+FFFD
     */
    public static RowEvent of(
            String datasetId,
            RecipeReference recipe,
            RowOrigin origin,
            IntakeOutcome outcome,
            String original) {
        return switch (outcome) {
            case IntakeOutcome.Accepted(var messages) ->
                    new RowReceived(datasetId, origin, RowDigests.of(messages), messages, recipe);
            case IntakeOutcome.Refused(var rule, var reason) ->
                    new RowRejected(
                            datasetId,
                            origin,
                            RowRejected.Stage.INGEST,
                            rule.id(),
                            reason.replace('\0', '\uFFFD'),
                            original.replace('\0', '\uFFFD'),
                            null);
        };
    }
}
