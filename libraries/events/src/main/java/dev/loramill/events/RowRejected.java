package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.jspecify.annotations.Nullable;

/**
 * A row was refused at the door, refused by a recipe, or is the double of a kept one.
 *
 * @param datasetId dataset that the row belongs to
 * @param origin where the row came from
 * @param stage who refused it
 * @param rule id of the rule, such as {@code not-json}, {@code answer-words} or {@code
 *     exact-duplicate}
 * @param reason sentence for a person: what is wrong, the value seen and what is allowed
 * @param original the row as it came: the raw line at the door, the messages' JSON after it
 * @param recipe recipe that refused it; null at the door
 */
public record RowRejected(
        String datasetId,
        RowOrigin origin,
        Stage stage,
        String rule,
        String reason,
        String original,
        @Nullable RecipeReference recipe)
        implements RowEvent {

    /** Who refused a row. */
    public enum Stage {
        /** The door of ingest: the row is malformed. */
        INGEST,
        /** A rule of the recipe. */
        CLEAN,
        /** The search for exact duplicates: an equal row was kept before. */
        DUPLICATE
    }

    public RowRejected {
        Check.id("datasetId", datasetId);
        Check.id("row.rule", rule);
        reason = Check.sentence("row.reason", reason);
        original = Check.storable(original);
        Check.text("row.original", original, EventLimits.ROW_TEXT);
    }

    @Override
    @JsonIgnore
    public String key() {
        return datasetId + "/" + origin.rowId();
    }
}
