package dev.loramill.llama.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.llama.template.ChatMessage;
import dev.loramill.llama.template.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A chat read from JSON in OpenAI's form.
 *
 * @param messages of the chat
 * @param tools that are offered
 */
record ChatReader(List<ChatMessage> messages, List<Map<String, ?>> tools) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads {@code {"messages": [...], "tools": [...]}} or the list of messages alone.
     *
     * @throws IllegalArgumentException if it is no chat
     */
    static ChatReader read(String json) throws IOException {
        JsonNode root = JSON.readTree(json);
        JsonNode list = root.isArray() ? root : root.path("messages");
        if (!list.isArray() || list.isEmpty()) {
            throw new IllegalArgumentException(
                    "a chat must be a JSON object with a list \"messages\", or that list");
        }
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : list) {
            messages.add(message(message, messages.size()));
        }
        List<Map<String, ?>> tools =
                root.path("tools").isArray()
                        ? JSON.convertValue(root.get("tools"), new TypeReference<>() {})
                        : List.of();
        return new ChatReader(messages, tools);
    }

    private static ChatMessage message(JsonNode message, int index) {
        if (!message.path("role").isTextual()) {
            throw new IllegalArgumentException("messages[" + index + "].role must be a string");
        }
        JsonNode content = message.path("content");
        if (!content.isTextual() && !content.isNull() && !content.isMissingNode()) {
            throw new IllegalArgumentException("messages[" + index + "].content must be a string");
        }
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : message.path("tool_calls")) {
            calls.add(toolCall(call, index));
        }
        return new ChatMessage(
                message.get("role").asText(),
                content.isTextual() ? content.asText() : null,
                calls,
                text(message, "tool_call_id"),
                text(message, "name"));
    }

    /** Arguments come as an object or, as OpenAI sends them, as a string that holds one. */
    private static ToolCall toolCall(JsonNode call, int index) {
        JsonNode function = call.path("function");
        String name = text(function, "name");
        JsonNode arguments = function.path("arguments");
        try {
            if (arguments.isTextual()) {
                arguments = JSON.readTree(arguments.asText());
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "messages[" + index + "].tool_calls: arguments are not JSON", e);
        }
        if (name == null || !arguments.isObject()) {
            throw new IllegalArgumentException(
                    "messages["
                            + index
                            + "].tool_calls must have function.name and an object"
                            + " function.arguments");
        }
        Map<String, ?> values = JSON.convertValue(arguments, new TypeReference<>() {});
        return new ToolCall(text(call, "id"), name, values);
    }

    private static @Nullable String text(JsonNode node, String field) {
        return node.path(field).isTextual() ? node.get(field).asText() : null;
    }
}
