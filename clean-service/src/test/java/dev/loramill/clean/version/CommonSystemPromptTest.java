package dev.loramill.clean.version;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.ChatMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommonSystemPromptTest {
    private static final List<ChatMessage> PROMPTED =
            List.of(new ChatMessage("system", "Be brief."), new ChatMessage("user", "Why?"));
    private static final List<ChatMessage> PLAIN = List.of(new ChatMessage("user", "Why?"));

    private final CommonSystemPrompt prompt = new CommonSystemPrompt();

    @Test
    void aPromptThatAllRowsShareIsFound() {
        prompt.add(PROMPTED);
        prompt.add(PROMPTED);

        assertThat(prompt.text()).isEqualTo("Be brief.");
    }

    @Test
    void oneRowWithoutThePromptIsEnoughForNone() {
        prompt.add(PROMPTED);
        prompt.add(PLAIN);
        prompt.add(PROMPTED);

        assertThat(prompt.text()).isNull();
    }

    @Test
    void aPromptOfALaterRowIsNotTakenForAll() {
        prompt.add(PLAIN);
        prompt.add(PROMPTED);

        assertThat(prompt.text()).isNull();
    }
}
