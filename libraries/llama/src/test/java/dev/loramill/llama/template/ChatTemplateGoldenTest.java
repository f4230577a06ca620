package dev.loramill.llama.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.llama.jinja.TemplateException;
import dev.loramill.llama.jinja.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The templates of the model families render as Python's jinja2 renders them. */
class ChatTemplateGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode CASES = cases();

    private static JsonNode cases() {
        try {
            return JSON.readTree(resource("cases.json"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ChatTemplateGoldenTest.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String token(
            String template, String llama, String mistral, String gemma, String phi) {
        return switch (template.substring(0, 3)) {
            case "lla" -> llama;
            case "mis" -> mistral;
            case "gem" -> gemma;
            case "phi" -> phi;
            default -> "";
        };
    }

    private static List<ChatMessage> messages(JsonNode chat) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : chat) {
            List<ToolCall> calls = new ArrayList<>();
            for (JsonNode call : message.path("tool_calls")) {
                Map<String, ?> arguments =
                        JSON.convertValue(
                                call.get("function").get("arguments"),
                                new TypeReference<Map<String, ?>>() {});
                calls.add(
                        new ToolCall(
                                call.get("id").asText(),
                                call.get("function").get("name").asText(),
                                arguments));
            }
            messages.add(
                    new ChatMessage(
                            message.get("role").asText(),
                            message.get("content").asText(),
                            calls,
                            message.has("tool_call_id")
                                    ? message.get("tool_call_id").asText()
                                    : null,
                            null));
        }
        return messages;
    }

    static Stream<Arguments> goldens() throws IOException {
        List<Arguments> goldens = new ArrayList<>();
        for (String line : resource("goldens.jsonl").lines().toList()) {
            JsonNode golden = JSON.readTree(line);
            goldens.add(
                    Arguments.of(
                            golden.get("template").asText(),
                            golden.get("chat").asText(),
                            golden.get("prompt").asBoolean(),
                            golden.path("text").isMissingNode()
                                    ? null
                                    : golden.get("text").asText()));
        }
        return goldens.stream();
    }

    @ParameterizedTest(name = "{0}: {1}, prompt {2}")
    @MethodSource("goldens")
    void rendersAsPythonDoes(String name, String chat, boolean prompt, @Nullable String expected)
            throws IOException {
        ChatTemplate template =
                ChatTemplate.of(
                        resource(name),
                        token(name, "<|begin_of_text|>", "<s>", "<bos>", ""),
                        token(name, "<|eot_id|>", "</s>", "<eos>", "<|endoftext|>"),
                        ChatTemplate.DEFAULT_DATE);
        boolean hasTools = CASES.get("toolChats").has(chat);
        List<ChatMessage> messages =
                messages(CASES.get(hasTools ? "toolChats" : "chats").get(chat));
        List<Map<String, ?>> tools =
                hasTools
                        ? JSON.convertValue(
                                CASES.get("tools"), new TypeReference<List<Map<String, ?>>>() {})
                        : List.of();
        if (expected == null) {
            assertThatThrownBy(() -> template.render(messages, tools, prompt))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageContaining("refuses");
            return;
        }
        RenderedChat rendered = template.render(messages, tools, prompt);
        assertThat(rendered.text()).isEqualTo(expected);
        for (Text.Run run : rendered.marked().runs()) {
            String part = rendered.text().substring(run.start(), run.end());
            if (run.origin() >= 0) {
                assertThat(everything(messages.get(run.origin()))).contains(part);
            }
        }
    }

    private static String everything(ChatMessage message) throws IOException {
        StringBuilder all = new StringBuilder(String.valueOf(message.content()));
        for (ToolCall call : message.toolCalls()) {
            all.append('\n').append(call.id()).append('\n').append(call.name()).append('\n');
            all.append(JSON.writeValueAsString(call.arguments()));
        }
        if (message.toolCallId() != null) {
            all.append('\n').append(message.toolCallId());
        }
        return all.toString();
    }
}
