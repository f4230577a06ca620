package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * A row passed the door of ingest and stands in canonical form.
 *
 * @param datasetId dataset that the row belongs to
 * @param origin where the row came from
 * @param digest {@link RowDigests#of(List) digest} of the messages
 * @param messages the row as a conversation, in order, at least one message of the assistant
 * @param recipe recipe that the dataset was opened with
 */
public record RowReceived(
        String datasetId,
        RowOrigin origin,
        String digest,
        List<ChatMessage> messages,
        RecipeReference recipe)
        implements RowEvent {
    public RowReceived {
        Check.id("datasetId", datasetId);
        Check.sha256("row.digest", digest);
        messages = Check.list("row.messages", messages, EventLimits.MESSAGES);
        if (messages.stream().noneMatch(message -> message.role().equals("assistant"))) {
            throw new IllegalArgumentException(
                    "row.messages must hold at least one message of the assistant");
        }
    }

    @Override
    @JsonIgnore
    public String key() {
        return datasetId + "/" + digest;
    }
}
