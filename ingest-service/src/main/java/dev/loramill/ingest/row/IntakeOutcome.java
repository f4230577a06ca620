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
     * @param reason sentence for a person: what is wrong, the value seen and what is allowed; cut
     *     where it quotes much of the row
     */
    record Refused(RowRule rule, String reason) implements IntakeOutcome {
        /** Longest reason, in characters. */
        static final int LONGEST_REASON = 1_000;

        public Refused {
            if (reason.length() > LONGEST_REASON) {
                reason = reason.substring(0, LONGEST_REASON - 1) + "…";
            }
        }
    }
}
