package dev.loramill.llama.template;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One message of a chat.
 *
 * @param role {@code system}, {@code user}, {@code assistant}, {@code tool} or another that the
 *     template knows
 * @param content what is said; null only where the assistant calls tools
 * @param toolCalls what the assistant asks for
 * @param toolCallId the call that a tool's message answers, or null
 * @param name of the speaker or tool, or null
 */
public record ChatMessage(
        String role,
        @Nullable String content,
        List<ToolCall> toolCalls,
        @Nullable String toolCallId,
        @Nullable String name) {
    /** The role whose words a model is trained on. */
    public static final String ASSISTANT = "assistant";

    private static final Pattern ROLE = Pattern.compile("[a-zA-Z][a-zA-Z0-9_-]{0,31}");

    /** Checks the role, which the template prints as its own text. */
    public ChatMessage {
        if (!ROLE.matcher(role).matches()) {
            throw new IllegalArgumentException(
                    "role must be a word of up to 32 letters, digits, \"_\" and \"-\", got \"%s\""
                            .formatted(role));
        }
        if (content == null && toolCalls.isEmpty()) {
            throw new IllegalArgumentException(
                    "a message of role \"" + role + "\" must have content or tool calls");
        }
        toolCalls = List.copyOf(toolCalls);
    }

    /** A message of text alone. */
    public static ChatMessage of(String role, String content) {
        return new ChatMessage(role, content, List.of(), null, null);
    }

    /** What a person says. */
    public static ChatMessage user(String content) {
        return of("user", content);
    }

    /** What the assistant says. */
    public static ChatMessage assistant(String content) {
        return of(ASSISTANT, content);
    }

    /** What the assistant is told beforehand. */
    public static ChatMessage system(String content) {
        return of("system", content);
    }

    boolean isAssistant() {
        return role.equals(ASSISTANT);
    }
}
