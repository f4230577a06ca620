package dev.loramill.clean.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.ChatMessage;
import java.util.List;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class TruncationTest {
    private static final ToIntFunction<List<ChatMessage>> LENGTH =
            messages -> messages.stream().mapToInt(message -> message.content().length()).sum();

    @Test
    void keepsTheLongestRunOfWholeWordsThatFits() {
        assertThat(Truncation.fit(row("12345", "one two  three"), 13, LENGTH))
                .contains(row("12345", "one two"));
        assertThat(Truncation.fit(row("12345", "one two  three"), 12, LENGTH))
                .contains(row("12345", "one two"));
        assertThat(Truncation.fit(row("12345", "one two  three"), 11, LENGTH))
                .contains(row("12345", "one"));
        assertThat(Truncation.fit(row("12345", "one two  three"), 19, LENGTH))
                .contains(row("12345", "one two  three"));
    }

    @Test
    void givesNothingWhenTheQuestionAloneIsTooLong() {
        assertThat(Truncation.fit(row("12345", "one"), 7, LENGTH)).isEmpty();
    }

    @Test
    void givesNothingWhenTheRowEndsWithAQuestion() {
        assertThat(
                        Truncation.fit(
                                List.of(
                                        new ChatMessage("assistant", "one two"),
                                        new ChatMessage("user", "why?")),
                                5,
                                LENGTH))
                .isEmpty();
    }

    private static List<ChatMessage> row(String question, String answer) {
        return List.of(new ChatMessage("user", question), new ChatMessage("assistant", answer));
    }
}
