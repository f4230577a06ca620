package dev.loramill.ingest.upload;

import dev.loramill.http.AnswerText;
import java.util.List;

/**
 * What reading an upload came to.
 *
 * @param rows all rows
 * @param refused refused rows among them
 * @param firstRefusals the first of the refused rows, at most {@link #REFUSALS_KEPT}
 */
public record ReadCounts(long rows, long refused, List<Refusal> firstRefusals) {
    static final int REFUSALS_KEPT = 100;
    static final ReadCounts NONE = new ReadCounts(0, 0, List.of());

    /** A refused row, as the sender is told of it. */
    public record Refusal(long line, String rule, String reason) {
        public Refusal {
            reason = AnswerText.of(reason);
        }
    }

    public ReadCounts {
        firstRefusals = List.copyOf(firstRefusals);
    }

    /** Accepted rows among them. */
    public long accepted() {
        return rows - refused;
    }
}
