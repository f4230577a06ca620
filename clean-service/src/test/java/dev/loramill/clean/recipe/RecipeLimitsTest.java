package dev.loramill.clean.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RecipeLimitsTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Stream<Arguments> tooLarge() {
        return Stream.of(
                Arguments.of(
                        recipe(reject("\"x\"", "\"" + "a".repeat(300_000) + "\"")),
                        "a recipe may have 262144 characters"),
                Arguments.of(
                        recipe(reject(many(501, "\"p%d\""), "\"p1\"")),
                        "rules[0].phrases may have 500 entries, it has 501"),
                Arguments.of(
                        recipe(reject("\"x\"", many(101, "\"x %d\""))),
                        "rules[0].examples.rejects may have 100 entries, it has 101"),
                Arguments.of(
                        recipe(reject("\"x\"", "\"x" + "a".repeat(20_001) + "\"")),
                        "rules[0].examples.rejects may have 20000 characters, it has 20002"),
                Arguments.of(
                        recipe(
                                IntStream.range(0, 201)
                                        .mapToObj(i -> reject("\"x\"", "\"x\""))
                                        .collect(Collectors.joining(","))),
                        "rules may have 200 entries, it has 201"),
                Arguments.of(
                        recipe(
                                IntStream.range(0, 7)
                                        .mapToObj(i -> reject(many(450, "\"p%d\""), "\"p1\""))
                                        .collect(Collectors.joining(","))),
                        "all rules together may have 3000 phrases, patterns and triggers, these"
                                + " have 3150"),
                Arguments.of(
                        recipe(
                                """
                                {"id":"r","type":"replace","field":"all","phrases":["x"],"with":"%s",
                                 "examples":{"changes":[{"from":"x","to":"y"}],"leaves":["y"]}}
                                """
                                        .formatted("y".repeat(2_001))),
                        "rules[0].with may have 2000 characters, it has 2001"),
                Arguments.of(
                        recipe(reject("\"x\\u0000\"", "\"x\"")), "U+0000 nor half of a surrogate"),
                Arguments.of(
                        recipe(reject("\"x\\ud800\"", "\"x\"")), "U+0000 nor half of a surrogate"));
    }

    @ParameterizedTest
    @MethodSource("tooLarge")
    void aRecipeThatIsTooLargeIsRefusedWithTheLimitAndItsOwnSize(String recipe, String fault) {
        assertThatThrownBy(() -> RecipeReader.read(recipe.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InvalidRecipeException.class)
                .hasMessageContaining(fault);
    }

    @Test
    void theLargestRecipeTakesSomeMegabytesToCompile() throws Exception {
        String rules =
                IntStream.range(0, 6)
                        .mapToObj(i ->
                                reject(many(500, "\"%d" + "phrase".repeat(10) + "\""), "\"x\"")
                                        .replace("\"rule\"", "\"rule-" + i + "\""))
                        .collect(Collectors.joining(","));
        Recipe recipe = RecipeReader.stored(recipe(rules));
        long before = THREADS.getCurrentThreadAllocatedBytes();

        CompiledRecipe.of(recipe);

        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(60_000_000);
    }

    @Test
    void examplesHaveOneSmallBudgetTogether() {
        String slow =
                reject("\"x\"", "\"x\"")
                        .replace("\"phrases\":[\"x\"]", "\"patterns\":[\"(?=a)(a+a+)+b\"]")
                        .replace(
                                "\"rejects\":[\"x\"]",
                                "\"rejects\":[\"" + "a".repeat(15_000) + "\"]");

        assertThatThrownBy(() -> RecipeReader.read(recipe(slow).getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("all examples of a recipe together may take 40000000");
    }

    private static String many(int count, String form) {
        return IntStream.range(0, count).mapToObj(form::formatted).collect(Collectors.joining(","));
    }

    private static String reject(String phrases, String rejects) {
        return "{\"id\":\"rule\",\"type\":\"reject-if\",\"field\":\"all\",\"because\":\"b\",\"phrases\":[%s],\"examples\":{\"rejects\":[%s],\"keeps\":[\"no\"]}}"
                .formatted(phrases, rejects);
    }

    private static String recipe(String rules) {
        return "{\"name\":\"a\",\"description\":\"d\",\"rules\":[%s]}".formatted(rules);
    }
}
