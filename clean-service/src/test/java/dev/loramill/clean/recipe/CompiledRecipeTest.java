package dev.loramill.clean.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.events.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CompiledRecipeTest {
    private static final List<String> FRAGMENTS =
            List.of(
                    "Hello, ",
                    "HiT hanks for your query. ",
                    "Welcome to Chat Doctor. ",
                    "Dear friend, ",
                    "Thanks for using ChatDoctor. ",
                    "ChatDoctor ",
                    "Drink enough water. ",
                    "water Take care ",
                    "Hope this helps. ",
                    "Regards, Jay In ",
                    "Chat Doctor. ",
                    "\n\n\n\n",
                    "  ",
                    "(UTC) ",
                    "A mild pain killer (an analgesic) helps. ",
                    "Take care of the scar. ",
                    "Category: ",
                    "Hi",
                    "{{",
                    "Thank you. ",
                    "e.g. ",
                    "Dr. Smith ",
                    "1. ",
                    "3.5 mg ",
                    "unblocked artery ",
                    "—",
                    "Ünï ");

    private final CompiledRecipe recipe = CompiledRecipe.of(ShippedRecipes.named("medical-forum"));

    @Test
    void aKeptRowIsKeptAgainWithoutAChange() {
        Random random = new Random(11);
        int kept = 0;
        for (int i = 0; i < 20_000; i++) {
            List<ChatMessage> messages = randomRow(random);
            if (recipe.clean(messages) instanceof CleaningOutcome.Kept first) {
                kept++;
                assertThat(recipe.clean(first.messages()))
                        .as("%s", messages)
                        .isEqualTo(new CleaningOutcome.Kept(first.messages(), List.of()));
            }
        }
        assertThat(kept).isGreaterThan(1_000);
    }

    @Test
    void theSameRowHasTheSameOutcomeWhateverCameBefore() {
        Random random = new Random(5);
        List<List<ChatMessage>> rows = new ArrayList<>();
        List<CleaningOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            rows.add(randomRow(random));
            outcomes.add(recipe.clean(rows.get(i)));
        }

        CompiledRecipe other = CompiledRecipe.of(ShippedRecipes.named("medical-forum"));
        for (int i = rows.size() - 1; i >= 0; i--) {
            assertThat(other.clean(rows.get(i))).isEqualTo(outcomes.get(i));
        }
    }

    @Test
    void ruleOrderDoesNotDecideWhenOneSignOffHidesAnother() throws Exception {
        String take =
                """
                {"id":"a","type":"strip-suffix","field":"assistant","phrases":["take care"],
                 "examples":{"changes":[{"from":"Rest. Take care.","to":"Rest."}],"leaves":["Rest."]}}
                """;
        String hope =
                """
                {"id":"b","type":"drop-trailing-sentences","field":"assistant",
                 "phrases":["hope this helps"],
                 "examples":{"changes":[{"from":"Rest. Hope this helps.","to":"Rest."}],
                             "leaves":["Rest."]}}
                """;
        List<ChatMessage> row =
                row("Rest. Take care. Hope this helps. Take care. I hope this helps!");

        for (String rules : List.of(take + "," + hope, hope + "," + take)) {
            assertThat(recipe(rules).clean(row))
                    .isInstanceOfSatisfying(
                            CleaningOutcome.Kept.class,
                            kept ->
                                    assertThat(kept.messages().getLast().content())
                                            .isEqualTo("Rest."));
        }
    }

    @Test
    void lengthRulesRunLastWhereverTheyStand() throws Exception {
        String length =
                """
                {"id":"words","type":"length-bounds","field":"assistant","min":2,
                 "examples":{"rejects":[1],"keeps":[2]}}
                """;
        String strip =
                """
                {"id":"hi","type":"strip-prefix","field":"assistant","phrases":["hi"],
                 "examples":{"changes":[{"from":"Hi, rest.","to":"Rest."}],"leaves":["Hip."]}}
                """;

        assertThat(recipe(length + "," + strip).clean(row("Hi, rest.")))
                .isEqualTo(
                        new CleaningOutcome.Refused(
                                "words", "assistant has 1 words, at least 2 are wanted"));
    }

    @Test
    void rulesThatNeverComeToRestAreNamed() throws Exception {
        String grow =
                """
                {"id":"grow","type":"replace","field":"assistant","phrases":["rest"],
                 "with":"rest rest",
                 "examples":{"changes":[{"from":"A rest","to":"A rest rest"}],"leaves":["A"]}}
                """;

        assertThat(recipe(grow).clean(row("rest")))
                .isInstanceOfSatisfying(
                        CleaningOutcome.Refused.class,
                        refused -> assertThat(refused.rule()).isEqualTo(CompiledRecipe.NO_REST));
    }

    @Test
    void aPatternThatBacktracksWithoutEndCostsOneRowOnly() throws Exception {
        String slow =
                """
                {"id":"slow","type":"reject-if","field":"assistant","because":"x",
                 "patterns":["(a|aa)+\\\\1c"],
                 "examples":{"rejects":["aac"],"keeps":["ab"]}}
                """;

        assertThat(recipe(slow).clean(row("a".repeat(80) + "b")))
                .isInstanceOfSatisfying(
                        CleaningOutcome.Refused.class,
                        refused -> {
                            assertThat(refused.rule()).isEqualTo("slow");
                            assertThat(refused.reason()).contains("make it simpler");
                        });
    }

    @Test
    void anEmptiedAnswerIsRefusedAndAnEmptiedSystemPromptIsDropped() throws Exception {
        CompiledRecipe strip =
                recipe(
                        """
                        {"id":"hi","type":"strip-prefix","field":"all","phrases":["hi"],
                         "examples":{"changes":[{"from":"Hi, rest.","to":"Rest."}],"leaves":["Hip."]}}
                        """);

        assertThat(strip.clean(row("Hi!")))
                .isEqualTo(
                        new CleaningOutcome.Refused(
                                CompiledRecipe.EMPTIED,
                                "the rules left nothing of the assistant's \"Hi!\""));
        assertThat(
                        strip.clean(
                                List.of(
                                        new ChatMessage("system", "Hi."),
                                        new ChatMessage("assistant", "Rest."))))
                .isEqualTo(
                        new CleaningOutcome.Kept(
                                List.of(new ChatMessage("assistant", "Rest.")), List.of("hi")));
    }

    @Test
    void noneChangesNothing() {
        CompiledRecipe none = CompiledRecipe.of(ShippedRecipes.named("none"));
        List<ChatMessage> row = row("  Hello {{x}} ");

        assertThat(none.clean(row)).isEqualTo(new CleaningOutcome.Kept(row, List.of()));
    }

    static CompiledRecipe recipe(String rules) throws Exception {
        return CompiledRecipe.of(
                RecipeReader.read(
                        JsonMapper.builder()
                                .build()
                                .readTree(
                                        "{\"name\":\"test\",\"description\":\"d\",\"rules\":[%s]}"
                                                .formatted(rules))));
    }

    private static List<ChatMessage> row(String answer) {
        return List.of(new ChatMessage("assistant", answer));
    }

    private static List<ChatMessage> randomRow(Random random) {
        return List.of(
                new ChatMessage("user", randomText(random, 4)),
                new ChatMessage(
                        "assistant",
                        randomText(random, 6)
                                + (random.nextBoolean()
                                        ? "Rest, warm drinks and time help against a cold, and so"
                                                + " does a spray with salt water. See a doctor when"
                                                + " the fever lasts longer than three days, or when"
                                                + " you are short of breath."
                                        : "")
                                + randomText(random, 6)));
    }

    private static String randomText(Random random, int most) {
        StringBuilder text = new StringBuilder();
        int count = random.nextInt(most + 1);
        for (int i = 0; i < count; i++) {
            text.append(FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
        }
        return text.toString();
    }
}
