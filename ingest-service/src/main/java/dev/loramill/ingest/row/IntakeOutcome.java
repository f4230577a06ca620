package dev.loramill.ingest.row;

import dev.loramill.events.ChatMessage;
import java.util.List;

/** What became of a line at the door. */
public sealed interface IntakeOutcome {
    /** A row in canonical form, with at least one message of the assistant. */
    record Accepted(List<ChatMessage> messages) implements IntakeOutcome {
        public Accepted {
            messages = List.copyOf(messages);
        }
    }

    /**
     * No row.
     *
     * @param rule what was broken
     * @param reason sentence for a person: what is wrong, the value seen and what is allowed
     */
    record Refused(RowRule rule, String reason) implements IntakeOutcome {}
}
