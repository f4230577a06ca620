package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * A row was kept by its recipe.
 *
 * @param datasetId dataset that the row belongs to
 * @param origin where the row came from
 * @param digest digest of the cleaned messages
 * @param receivedDigest digest of the messages as received
 * @param messages the cleaned conversation
 * @param recipe recipe that was applied
 * @param rulesApplied ids of the rules that changed the row, in the order of their first change
 */
public record RowCleaned(
        String datasetId,
        RowOrigin origin,
        String digest,
        String receivedDigest,
        List<ChatMessage> messages,
        RecipeReference recipe,
        List<String> rulesApplied)
        implements RowEvent {
    public RowCleaned {
        Check.id("datasetId", datasetId);
        Check.sha256("row.digest", digest);
        Check.sha256("row.receivedDigest", receivedDigest);
        messages = Check.list("row.messages", messages, EventLimits.MESSAGES);
        rulesApplied = Check.list("row.rulesApplied", rulesApplied, EventLimits.RULES);
        rulesApplied.forEach(rule -> Check.id("row.rulesApplied", rule));
    }

    @Override
    @JsonIgnore
    public String key() {
        return datasetId + "/" + digest;
    }
}
