package dev.loramill.serve.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.EventLimits;
import java.util.Optional;

/** Reads one message of a request. */
final class MessageReader {
    private MessageReader() {}

    /** The message; empty after its faults were noted. */
    static Optional<ChatMessage> read(String path, JsonNode message, RequestFields fields) {
        if (!message.isObject()) {
            fields.refuse(path, "an object with role and content", message);
            return Optional.empty();
        }
        Optional<String> role = role(path, message, fields);
        Optional<String> content =
                content(path + ".content", message.path("content"), fields)
                        .filter(text -> isText(path + ".content", text, fields));
        JsonNode calls = message.path("tool_calls");
        if (!calls.isMissingNode() && !calls.isNull() && !calls.isEmpty()) {
            fields.refuse(path + ".tool_calls", "absent: tools are not supported", calls);
        }
        return role.flatMap(name -> content.map(text -> new ChatMessage(name, text)));
    }

    /** Halves of surrogate pairs are in no text, and U+0000 ends one in many programs. */
    private static boolean isText(String path, String text, RequestFields fields) {
        boolean isText = EventLimits.isStorable(text);
        if (!isText) {
            fields.refuse(
                    new RequestFields.Fault(
                            path,
                            "invalid_value",
                            path
                                    + " must hold neither U+0000 nor half of a surrogate pair, and does; leave it out"));
        }
        return isText;
    }

    private static Optional<String> role(String path, JsonNode message, RequestFields fields) {
        JsonNode role = message.path("role");
        switch (role.asText()) {
            case "system", "user", "assistant" -> {
                return Optional.of(role.asText());
            }
            // What newer models call the system message.
            case "developer" -> {
                return Optional.of("system");
            }
            default -> {
                fields.refuse(path + ".role", "one of system, developer, user, assistant", role);
                return Optional.empty();
            }
        }
    }

    private static Optional<String> content(String path, JsonNode content, RequestFields fields) {
        if (content.isTextual()) {
            return Optional.of(content.textValue());
        }
        if (!content.isArray() || content.isEmpty()) {
            fields.refuse(path, "a string, or an array of parts of type text", content);
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                fields.refuse(path, "a string, or an array of parts of type text", part);
                return Optional.empty();
            }
            text.append(part.path("text").textValue());
        }
        return Optional.of(text.toString());
    }
}
