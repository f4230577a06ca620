package dev.loramill.clean.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SentencesTest {
    @Test
    void endsASentenceAtMarksLineBreaksAndGluedCapitals() {
        assertThat(Sentences.split("Rest. Drink! Why?\nSleep now.Then eat (\"well.\") Go"))
                .containsExactly(
                        "Rest. ", "Drink! ", "Why?\n", "Sleep now.", "Then eat (\"well.\") ", "Go");
    }

    @Test
    void doesNotEndOneAtAbbreviationsInitialsNumbersAndDecimals() {
        List<String> whole =
                List.of(
                        "Ask Dr. Smith about it.",
                        "Use salt, e.g. Dead Sea salt.",
                        "J. R. Smith wrote it.",
                        "1. Rest at home.",
                        "Take 2.5 mg at night.",
                        "It is 3.5.");

        for (String sentence : whole) {
            assertThat(Sentences.split(sentence)).containsExactly(sentence);
        }
    }

    @Test
    void joinedTheyGiveTheTextAgain() {
        Random random = new Random(3);
        String alphabet = "abZ.!? \n\"')1é";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(30);
            for (int j = 0; j < length; j++) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(String.join("", Sentences.split(text.toString())))
                    .isEqualTo(text.toString());
        }
    }
}
