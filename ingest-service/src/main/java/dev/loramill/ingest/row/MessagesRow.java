package dev.loramill.ingest.row;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.ChatMessage;
import java.util.ArrayList;
import java.util.List;

/** Reads rows of the format {@link RowFormat#MESSAGES}. */
final class MessagesRow {
    private MessagesRow() {}

    static List<ChatMessage> read(JsonNode row) throws RowRefusal {
        refuseNonEmpty(row, "tools");
        refuseNonEmpty(row, "functions");
        JsonNode messages = RowFields.required(row, "messages", "messages");
        if (!messages.isArray()) {
            throw RowFields.wrongType("messages", "an array", messages);
        }
        List<ChatMessage> conversation = new ArrayList<>(messages.size());
        for (JsonNode message : messages) {
            conversation.add(message(message, "messages[" + conversation.size() + "]"));
        }
        if (conversation.stream().noneMatch(message -> message.role().equals("assistant"))) {
            throw new RowRefusal(
                    RowRule.NO_ASSISTANT_MESSAGE,
                    "none of the %d messages has the role \"assistant\", so there is no answer to"
                                    .formatted(conversation.size())
                            + " learn");
        }
        return conversation;
    }

    private static ChatMessage message(JsonNode message, String path) throws RowRefusal {
        if (!message.isObject()) {
            throw RowFields.wrongType(path, "an object", message);
        }
        String role = role(message, path);
        refuseNonEmpty(message, "tool_calls");
        refuseNonEmpty(message, "function_call");
        String content = content(message, path + ".content");
        if (role.equals("assistant")) {
            if (content.isBlank()) {
                throw new RowRefusal(
                        RowRule.EMPTY_ANSWER, "field \"%s.content\" has no text".formatted(path));
            }
            JsonNode weight = message.get("weight");
            if (weight != null && weight.isNumber() && weight.asDouble() != 1) {
                throw new RowRefusal(
                        RowRule.UNSUPPORTED_FIELD,
                        "field \"%s.weight\" is %s, allowed is 1: every answer of a row is learnt"
                                .formatted(path, weight.asText()));
            }
        }
        return new ChatMessage(role, content);
    }

    private static String role(JsonNode message, String path) throws RowRefusal {
        String role =
                RowFields.text(RowFields.required(message, "role", path + ".role"), path + ".role");
        return switch (role) {
            case "system", "user", "assistant" -> role;
            // The newer name of the same place in the template.
            case "developer" -> "system";
            default ->
                    throw new RowRefusal(
                            RowRule.UNKNOWN_ROLE,
                            ("field \"%s.role\" must be one of system, developer, user, assistant,"
                                            + " got \"%s\"")
                                    .formatted(path, role));
        };
    }

    private static String content(JsonNode message, String path) throws RowRefusal {
        JsonNode content = RowFields.required(message, "content", path);
        if (!content.isArray()) {
            return RowFields.text(content, path);
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text")) {
                throw RowFields.wrongType(path, "a string or parts of type \"text\"", part);
            }
            text.append(
                    RowFields.text(
                            RowFields.required(part, "text", path + ".text"), path + ".text"));
        }
        return text.toString();
    }

    private static void refuseNonEmpty(JsonNode object, String field) throws RowRefusal {
        JsonNode value = object.get(field);
        if (value != null && !value.isEmpty()) {
            throw new RowRefusal(
                    RowRule.UNSUPPORTED_FIELD,
                    "field \"%s\" is not supported: rows with tools cannot be learnt"
                            .formatted(field));
        }
    }
}
