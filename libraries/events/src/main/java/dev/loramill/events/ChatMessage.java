package dev.loramill.events;

/**
 * One message of a conversation, in the shape of the OpenAI chat format.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param content text of the message, may be empty
 */
public record ChatMessage(String role, String content) {
    public ChatMessage {
        if (!role.equals("system") && !role.equals("user") && !role.equals("assistant")) {
            throw new IllegalArgumentException(
                    "message.role must be one of system, user, assistant, got \"%s\""
                            .formatted(role));
        }
        Check.text("message.content", content, EventLimits.ROW_TEXT);
    }
}
