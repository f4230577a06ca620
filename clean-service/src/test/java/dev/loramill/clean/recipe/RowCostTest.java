package dev.loramill.clean.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.loramill.clean.rule.StepBudget;
import dev.loramill.events.ChatMessage;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Cost by counting: steps of patterns and bytes that are allocated. */
class RowCostTest {
    /** Characters of the longest row that passes the door. */
    private static final int LONGEST = 512 << 10;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Stream<Arguments> hostileRows() {
        return Stream.of(
                Arguments.of(patterns("reject-if", "(x+x+)+y"), "x"),
                Arguments.of(patterns("reject-if", "(?=x)(x+x+)+y"), "x"),
                Arguments.of(patterns("reject-if", "x*y"), "x"),
                Arguments.of(patterns("reject-if", "(?:a|b|ab)*c"), "ab"),
                Arguments.of(patterns("reject-if", "(.*)\\\\1y"), "x"),
                Arguments.of(patterns("replace", "x*y|x"), "x"),
                Arguments.of(patterns("replace", "x"), "x"),
                Arguments.of(patterns("strip-prefix", "hi"), "hi "),
                Arguments.of(patterns("strip-suffix", "hi"), " hi"),
                Arguments.of(patterns("drop-leading-sentences", "hi"), "Hi. "),
                Arguments.of(patterns("drop-trailing-sentences", "hi"), "Hi. "),
                Arguments.of(patterns("drop-sentences", "hi"), "Hi. So. "),
                Arguments.of(patterns("drop-sentences", "(x+x+)+y"), "xxxxxxxx. "),
                Arguments.of(patterns("drop-sentences", "hi"), "."),
                Arguments.of(patterns("drop-sentences", "hi"), ".)x"),
                Arguments.of(patterns("drop-sentences", "hi"), "1. "),
                Arguments.of(patterns("drop-sentences", "hi"), "a.B"),
                Arguments.of(rule("normalize-space", ""), " "),
                Arguments.of(rule("normalize-space", ""), "\t\n"),
                Arguments.of(rule("normalize-space", ""), "\u00A0x"),
                Arguments.of(rule("redact", "\"kinds\":[\"email\"],"), "a"),
                Arguments.of(rule("redact", "\"kinds\":[\"email\"],"), "a@"),
                Arguments.of(rule("redact", "\"kinds\":[\"email\"],"), "a@b.c"),
                Arguments.of(rule("redact", "\"kinds\":[\"url\"],"), "www.!"),
                Arguments.of(rule("redact", "\"kinds\":[\"url\"],"), "http://x "),
                Arguments.of(rule("redact", "\"kinds\":[\"phone\"],"), "1 "),
                Arguments.of(rule("redact", "\"kinds\":[\"phone\"],"), "11-11 "),
                Arguments.of(rule("length-bounds", "\"unit\":\"words\",\"min\":1,"), "a "),
                Arguments.of(rule("length-bounds", "\"unit\":\"words\",\"max\":9,"), "\u2028"),
                Arguments.of(
                        rule("length-bounds", "\"unit\":\"characters\",\"min\":1,"), "\u00E9"));
    }

    /** Whoever adds a type of rule adds its worst row. */
    @Test
    void everyTypeOfRuleIsCounted() {
        assertThat(
                        hostileRows()
                                .map(row -> String.valueOf(row.get()[0]))
                                .map(rule -> rule.replaceAll(".*\"type\":\"([^\"]*)\".*", "$1"))
                                .distinct())
                .containsExactlyInAnyOrderElementsOf(RuleTypes.all());
    }

    @ParameterizedTest
    @MethodSource("hostileRows")
    void aRowOfTwiceTheLengthCostsTwiceAtMost(String rule, String piece) throws Exception {
        CompiledRecipe recipe = unchecked(rule);
        cost(recipe, piece, LONGEST / 8);

        Cost half = cost(recipe, piece, LONGEST / 2);
        Cost whole = cost(recipe, piece, LONGEST);

        assertThat(whole.steps).isLessThanOrEqualTo(half.steps * 22 / 10 + 1_000);
        assertThat(whole.bytes).isLessThanOrEqualTo(half.bytes * 22 / 10 + 4_000_000);
        assertThat(whole.steps).as("steps").isLessThan(151L * LONGEST + 4_100_000);
        assertThat(whole.bytes).as("bytes").isLessThan(400L * LONGEST);
    }

    @Test
    void aPatternOfLinearTimeCostsNoRow() throws Exception {
        CompiledRecipe recipe = unchecked(patterns("reject-if", "(x+x+)+y"));

        assertThat(recipe.clean(row("x".repeat(LONGEST)))).isInstanceOf(CleaningOutcome.Kept.class);
        assertThat(recipe.clean(row("x".repeat(LONGEST) + "y")))
                .isInstanceOfSatisfying(
                        CleaningOutcome.Refused.class,
                        refused -> assertThat(refused.reason()).startsWith("because: "));
    }

    @Test
    void aPatternThatLooksAroundAndTakesTooManyStepsRefusesTheRowByItsRule() throws Exception {
        CompiledRecipe recipe = unchecked(patterns("reject-if", "(?=x)(x+x+)+y"));

        assertThat(recipe.clean(row("x".repeat(LONGEST))))
                .isInstanceOfSatisfying(
                        CleaningOutcome.Refused.class,
                        refused -> {
                            assertThat(refused.rule()).isEqualTo("rule");
                            assertThat(refused.reason()).contains("steps", "make it simpler");
                        });
    }

    @Test
    void aReplacementThatGrowsStopsAtItsBoundNotBehindIt() throws Exception {
        CompiledRecipe recipe =
                unchecked(
                        patterns("replace", "(x+)")
                                .replace(
                                        "\"with\":\"z\"", "\"with\":\"" + "$1".repeat(600) + "\""));
        List<ChatMessage> row = row("x".repeat(400_000));
        long before = THREADS.getCurrentThreadAllocatedBytes();

        CleaningOutcome outcome = recipe.clean(row);

        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(20_000_000);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        CleaningOutcome.Refused.class,
                        refused -> {
                            assertThat(refused.rule()).isEqualTo(CompiledRecipe.NO_REST);
                            assertThat(refused.reason()).contains("1610000 characters of 400000");
                        });
    }

    @Test
    void twoHundredRulesOnOneLongRowEndInTheSameBudget() throws Exception {
        StringBuilder rules = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            rules.append(i == 0 ? "" : ",")
                    .append(
                            patterns("replace", "(?=x)x" + "x?".repeat(i) + "y")
                                    .replace("\"rule\"", "\"rule-" + i + "\""));
        }
        CompiledRecipe recipe = unchecked(rules.toString());

        assertThat(cost(recipe, "x", LONGEST).steps).isLessThan(151L * LONGEST + 4_100_000);
    }

    @Test
    void theShippedRecipeIsFarFromItsBudget() {
        CompiledRecipe recipe = CompiledRecipe.of(ShippedRecipes.named("medical-forum"));
        String text =
                "Hello, thanks for asking Chat Doctor. Good care and regards are well known, dear. "
                        + "I hope it is free of pain, and I wish you all the best. ";

        Cost cost = cost(recipe, text, LONGEST);

        assertThat(cost.steps).isLessThan(75L * LONGEST);
    }

    private record Cost(long steps, long bytes) {}

    private static Cost cost(CompiledRecipe recipe, String piece, int length) {
        List<ChatMessage> row = row(piece.repeat(length / piece.length()) + "z");
        StepBudget budget = StepBudget.ofRow(length);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        recipe.clean(row, budget);
        return new Cost(budget.spent(), THREADS.getCurrentThreadAllocatedBytes() - before);
    }

    private static String patterns(String type, String pattern) {
        return rule(type, "\"patterns\":[\"" + pattern + "\"],");
    }

    private static String rule(String type, String members) {
        String kind =
                switch (type) {
                    case "reject-if" ->
                            "\"because\":\"because\",\"examples\":{\"rejects\":[\"a\"],\"keeps\":[\"b\"]}";
                    case "length-bounds" -> "\"examples\":{\"rejects\":[0],\"keeps\":[9]}";
                    case "replace" ->
                            "\"with\":\"z\",\"examples\":{\"changes\":[{\"from\":\"a\",\"to\":\"b\"}],\"leaves\":[\"b\"]}";
                    default ->
                            "\"examples\":{\"changes\":[{\"from\":\"a\",\"to\":\"b\"}],\"leaves\":[\"b\"]}";
                };
        return "{\"id\":\"rule\",\"type\":\"%s\",\"field\":\"all\",%s%s}"
                .formatted(type, members, kind);
    }

    /** A recipe whose examples, which are of no interest here, are not run. */
    private static CompiledRecipe unchecked(String rules) throws Exception {
        return CompiledRecipe.of(
                RecipeReader.stored(
                        "{\"name\":\"test\",\"description\":\"d\",\"rules\":[%s]}"
                                .formatted(rules)));
    }

    private static List<ChatMessage> row(String answer) {
        return List.of(new ChatMessage("assistant", answer));
    }
}
