package dev.loramill.clean.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.events.ChatMessage;
import dev.loramill.samples.RowKind;
import dev.loramill.samples.SampleGenerator;
import dev.loramill.samples.SampleRow;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MedicalForumRecipeTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String QUESTION = "What helps against a cold?";
    private static final String ANSWER =
            "A cold mostly needs rest, warm drinks and time. A spray with salt water frees the"
                    + " nose, and a mild pain killer helps against the aching. See a doctor if the"
                    + " fever lasts longer than three days.";
    private static final Pattern NOISE =
            Pattern.compile(
                    "chat\\s?doctor|hope this|take care\\.|regards|best wishes|feel free to ask"
                            + "|rate this|this url|god bless|get well soon|let me know if|jay in"
                            + "|^(?:hi|hello|hey|dear|welcome|thank|t hank)\\b|wish you|hesitate"
                            + "|all the best|thank you\\.?$|\\(utc\\)|\\{\\{|\\[\\[|category\\s*:"
                            + "|https?://");

    private final CompiledRecipe recipe = CompiledRecipe.of(ShippedRecipes.named("medical-forum"));

    @Test
    void everyShippedRecipeHoldsItsExamples() {
        assertThat(ShippedRecipes.all())
                .extracting(shipped -> shipped.reference().name())
                .containsExactly("none", "medical-forum");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Hello, welcome to Chat Doctor. ",
                "Hi Dear, Welcome to ChatDoctor. ",
                "Thanks for using Chat Doctor. ",
                "Thanks for writing to Chat Doctor and I hope I can help you today. ",
                "Thank you for posting your question. ",
                "Thank you for consulting Chat Doctor. ",
                "Welcome back. ",
                "Hello ",
                "Hi ",
                "Hey ",
                "Dear friend, ",
                "HiT hanks for your query. ",
                "Hi,Thanks for writing in. "
            })
    void takesAnOpenerAway(String opener) {
        assertThat(answerOf(opener + ANSWER)).isEqualTo(ANSWER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " Best wishes, Chat Doctor",
                " I hope this helps",
                " Hope this answers your question.",
                " Let me know if I can assist you further.",
                " Feel free to ask.",
                " Take care.",
                " Regards, Chat Doctor.",
                " Wish you good health.",
                " Thank you",
                " Please do not hesitate to contact us.",
                " All the best.",
                " Get well soon.",
                " Please use this url to ask me.",
                " Rate this answer.",
                " God bless.",
                " Take care. Chat Doctor. Jay In",
                " Hope this helps. Thank you. Take care. Regards, Jay In"
            })
    void takesASignOffAway(String signOff) {
        assertThat(answerOf(ANSWER + signOff)).isEqualTo(ANSWER);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A mild pain killer (an analgesic) is enough.|true",
                "The stent left an unblocked artery.|true",
                "The drug is in pregnancy category: B.|true",
                "Category: Diseases of the blood.|false",
                "See the entry. Category:: Diseases.|false",
                "He has a high pressur (sic) today.|false",
                "Please unblock my account.|false",
                "14:02, 3 May 2011 (UTC)|false"
            })
    void tellsResidueFromMedicine(String sentence, boolean isKept) {
        assertThat(answerOf(ANSWER + " " + sentence) != null).isEqualTo(isKept);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Chat Doctor", "ChatDoctor", "chat doctor", "CHAT DOCTOR"})
    void namesThePlatformNowhere(String platform) {
        CleaningOutcome outcome =
                recipe.clean(
                        List.of(
                                new ChatMessage("user", "I asked " + platform + ". " + QUESTION),
                                new ChatMessage("assistant", ANSWER + " Ask a " + platform + ".")));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        CleaningOutcome.Kept.class,
                        kept ->
                                assertThat(kept.messages())
                                        .extracting(ChatMessage::content)
                                        .containsExactly(
                                                "I asked the doctor. " + QUESTION,
                                                ANSWER + " Ask a doctor."));
    }

    @Test
    void measuresLengthAfterStripping() {
        String shortAnswer = "Rest for a day. ";
        String noise = "Hope this helps. Wish you good health. Thank you. All the best. ".repeat(3);

        assertThat(recipe.clean(row(QUESTION, shortAnswer + noise)))
                .isEqualTo(
                        new CleaningOutcome.Refused(
                                "answer-words", "assistant has 4 words, at least 30 are wanted"));
    }

    @Test
    void givesTheCleanAnswerOfEveryGoodRowOfTheSampleAndRefusesTheOthers() {
        for (SampleRow row : SampleGenerator.generate(SampleGenerator.COMMITTED_SEED)) {
            if (row.kind() == RowKind.MALFORMED) {
                continue;
            }
            CleaningOutcome outcome = recipe.clean(messages(row));
            switch (row.kind()) {
                case GOOD, EXACT_DUPLICATE, DUPLICATE_AFTER_CLEANING ->
                        assertThat(outcome)
                                .as(row.line())
                                .isInstanceOfSatisfying(
                                        CleaningOutcome.Kept.class,
                                        kept ->
                                                assertThat(kept.messages().getLast().content())
                                                        .isEqualTo(row.cleanAnswer()));
                case TOO_SHORT, TOO_LONG, WIKI_RESIDUE, MALFORMED ->
                        assertThat(outcome)
                                .as(row.line())
                                .isInstanceOf(CleaningOutcome.Refused.class);
            }
        }
    }

    @Test
    void leavesNoNoiseInTheSample() {
        for (SampleRow row : SampleGenerator.generate(7)) {
            if (row.kind() == RowKind.MALFORMED
                    || !(recipe.clean(messages(row)) instanceof CleaningOutcome.Kept kept)) {
                continue;
            }
            String answer = kept.messages().getLast().content().toLowerCase(Locale.ROOT);
            assertThat(NOISE.matcher(answer).find()).as(answer).isFalse();
        }
    }

    private @Nullable String answerOf(String answer) {
        return recipe.clean(row(QUESTION, answer)) instanceof CleaningOutcome.Kept kept
                ? kept.messages().getLast().content()
                : null;
    }

    private static List<ChatMessage> messages(SampleRow row) {
        try {
            JsonNode json = JSON.readTree(row.line());
            return row(json.path("input").asText(), json.path("output").asText());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<ChatMessage> row(String question, String answer) {
        return List.of(new ChatMessage("user", question), new ChatMessage("assistant", answer));
    }
}
