package dev.loramill.clean.freeze;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.ChatMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuestionTest {
    @Test
    void caseSpaceMarksAnswersAndPromptsDoNotCount() {
        assertThat(Question.digest(row("s", "What is flu ?", "a")))
                .isEqualTo(Question.digest(row("t", "what  is FLU", "b")));
    }

    @Test
    void otherWordsAndOtherBordersCount() {
        assertThat(Question.digest(row("s", "What is flu?", "a")))
                .isNotEqualTo(Question.digest(row("s", "What is a flu?", "a")))
                .isNotEqualTo(Question.digest(row("s", "Whatis flu?", "a")));
    }

    @Test
    void rowsWithoutAQuestionCountByTheirAnswer() {
        assertThat(Question.digest(List.of(new ChatMessage("assistant", "a"))))
                .isNotEqualTo(Question.digest(List.of(new ChatMessage("assistant", "b"))));
    }

    private static List<ChatMessage> row(String system, String question, String answer) {
        return List.of(
                new ChatMessage("system", system),
                new ChatMessage("user", question),
                new ChatMessage("assistant", answer));
    }
}
