package dev.loramill.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the gate asked its probe questions, as a request to the chat endpoint: the same messages and
 * the same decoding, so that a user sees what was measured.
 *
 * @param systemPrompt system prompt of every question; null for none
 * @param maxTokens greatest number of tokens in an answer
 */
record ProbeRequest(@Nullable String systemPrompt, int maxTokens) {
    private static final String GREEDY = "greedy,max_tokens=";
    private static final Pattern KNOWN = Pattern.compile(GREEDY + "[0-9]{1,9}");

    /**
     * Reads it from an adapter's evaluation.
     *
     * @throws DemoFailure when the answers were decoded in a way that this build does not know
     */
    static ProbeRequest of(JsonNode evaluation) throws DemoFailure {
        String decoding = evaluation.path("decoding").asText();
        if (!KNOWN.matcher(decoding).matches()) {
            throw new DemoFailure(
                    ("the gate's answers were decoded by \"%s\"; the demo can ask again by"
                                    + " greedy,max_tokens=N only")
                            .formatted(decoding));
        }
        return new ProbeRequest(
                evaluation.path("system_prompt").asText(null),
                Integer.parseInt(decoding.substring(GREEDY.length())));
    }

    /** The body of a chat completion request. */
    ObjectNode body(String model, String question) {
        ObjectNode body = ServiceClient.JSON.createObjectNode();
        body.put("model", model);
        ArrayNode messages = body.putArray("messages");
        if (systemPrompt != null) {
            messages.addObject().put("role", "system").put("content", systemPrompt);
        }
        messages.addObject().put("role", "user").put("content", question);
        body.put("temperature", 0);
        body.put("max_tokens", maxTokens);
        return body;
    }

    /** The request as a line for a POSIX shell. */
    String curl(URI address, String model, String question) {
        // A quoted shell word cannot hold an apostrophe, a JSON text can name it.
        String json = body(model, question).toString().replace("'", "\\u0027");
        return "curl -H 'Content-Type: application/json' %s/v1/chat/completions -d '%s'"
                .formatted(address, json);
    }

    /** How they are asked, in a few words. */
    String description() {
        return "%s, greedy (temperature 0), at most %d tokens"
                .formatted(
                        systemPrompt == null
                                ? "without a system prompt"
                                : "under the rows' system prompt \"" + systemPrompt + "\"",
                        maxTokens);
    }
}
