package dev.loramill.trainer.data;

import dev.loramill.llama.template.ChatMessage;
import java.util.List;

/**
 * One row as it was read.
 *
 * @param messages the chat; at least one message is the assistant's
 * @param digest names the row
 * @param place file and line, for messages
 */
public record ChatRow(List<ChatMessage> messages, String digest, String place) {
    /** Keeps the messages as they are. */
    public ChatRow {
        messages = List.copyOf(messages);
    }
}
