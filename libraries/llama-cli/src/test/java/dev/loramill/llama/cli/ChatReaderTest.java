package dev.loramill.llama.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.loramill.llama.template.ToolCall;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatReaderTest {
    @Test
    void readsToolsAndCallsWhoseArgumentsAreText() throws IOException {
        ChatReader chat =
                ChatReader.read(
                        """
                        {"tools": [{"type": "function", "function": {"name": "f"}}],
                         "messages": [
                           {"role": "assistant", "content": null, "tool_calls": [
                             {"id": "1", "function": {"name": "f", "arguments": "{\\"x\\": 2}"}}]},
                           {"role": "tool", "content": "4", "tool_call_id": "1", "name": "f"}]}
                        """);
        assertThat(chat.tools()).hasSize(1);
        assertThat(chat.messages().get(0).toolCalls())
                .containsExactly(new ToolCall("1", "f", Map.of("x", 2)));
        assertThat(chat.messages().get(0).content()).isNull();
        assertThat(chat.messages().get(1).toolCallId()).isEqualTo("1");
        assertThat(chat.messages().get(1).name()).isEqualTo("f");
    }

    @Test
    void saysWhatIsWrong() {
        refuses("[]", "a list \"messages\"");
        refuses("[{\"content\": \"x\"}]", "messages[0].role must be a string");
        refuses("[{\"role\": \"user\", \"content\": 1}]", "messages[0].content must be a string");
        refuses("[{\"role\": \"<|im_end|>\", \"content\": \"x\"}]", "role must be a word");
        refuses("[{\"role\": \"user\"}]", "must have content or tool calls");
        refuses(
                "[{\"role\": \"assistant\", \"tool_calls\": [{\"function\": {\"name\": \"f\","
                        + " \"arguments\": \"no\"}}]}]",
                "messages[0].tool_calls: arguments are not JSON");
    }

    private static void refuses(String json, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatReader.read(json))
                .withMessageContaining(message);
    }
}
