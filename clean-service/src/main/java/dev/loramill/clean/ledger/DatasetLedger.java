package dev.loramill.clean.ledger;

import dev.loramill.events.RecipeReference;
import org.jspecify.annotations.Nullable;

/**
 * The counts of a dataset's rows.
 *
 * @param id id of the dataset
 * @param name its name; null until the event that opened it was read
 * @param recipe its recipe; null until then
 * @param state {@code open}, {@code sealed} or {@code cleaned}
 * @param sealedRows rows that it was sealed with; null while it is open
 * @param kept rows kept
 * @param rejected rows refused at the door or by a rule
 * @param duplicate rows equal to a kept one
 */
public record DatasetLedger(
        String id,
        @Nullable String name,
        @Nullable RecipeReference recipe,
        String state,
        @Nullable Long sealedRows,
        long kept,
        long rejected,
        long duplicate) {
    /** Rows that have an outcome. */
    public long processed() {
        return kept + rejected + duplicate;
    }

    /** Rows that came to the door; while the dataset is open, those that have an outcome. */
    public long received() {
        return sealedRows == null ? processed() : sealedRows;
    }

    /** Whether every row of the dataset has its outcome and no more will come. */
    public boolean isCleaned() {
        return state.equals("cleaned");
    }
}
