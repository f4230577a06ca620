package dev.loramill.clean.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.ChatMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuestionDigestTest {
    @Test
    void caseSpaceMarksAnswersAndPromptsDoNotCount() {
        assertThat(QuestionDigest.of(row("s", "What is flu ?", "a")))
                .isEqualTo(QuestionDigest.of(row("t", "what  is FLU", "b")));
    }

    @Test
    void otherWordsAndOtherBordersCount() {
        assertThat(QuestionDigest.of(row("s", "What is flu?", "a")))
                .isNotEqualTo(QuestionDigest.of(row("s", "What is a flu?", "a")))
                .isNotEqualTo(QuestionDigest.of(row("s", "Whatis flu?", "a")));
    }

    @Test
    void rowsWithoutAQuestionCountByTheirAnswer() {
        assertThat(QuestionDigest.of(List.of(new ChatMessage("assistant", "a"))))
                .isNotEqualTo(QuestionDigest.of(List.of(new ChatMessage("assistant", "b"))));
    }

    private static List<ChatMessage> row(String system, String question, String answer) {
        return List.of(
                new ChatMessage("system", system),
                new ChatMessage("user", question),
                new ChatMessage("assistant", answer));
    }
}
