package dev.loramill.clean.recipe;

import dev.loramill.fuzzing.Cost;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading and compiling a recipe costs as much as it is long, whether it is stored or refused. */
class RecipeCostTest {
    static Stream<Arguments> recipes() {
        return Stream.of(
                of("rules", 90, size -> recipe(rules(size, 1, 1), "")),
                of("more rules than are allowed", 400, size -> recipe(rules(size, 1, 1), "")),
                of("phrases of a rule", 240, size -> recipe(rules(1, size, 1), "")),
                of("examples of a rule", 45, size -> recipe(rules(1, 1, size), "")),
                of("rules that are wrong", 90, size -> recipe(list("{\"type\":\"x\"}", size), "")),
                of("unknown members", 5_000, size -> recipe(rules(1, 1, 1), members(size))),
                of(
                        "rows as examples",
                        45,
                        size ->
                                recipe(
                                        rules(1, 1, 1),
                                        ",\"examples\":["
                                                + list(
                                                        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"Go.\"}],"
                                                                + "\"becomes\":[{\"role\":\"assistant\",\"content\":\"Go.\"}]}",
                                                        size)
                                                + "]")),
                of(
                        "a long text of an example",
                        9_000,
                        size ->
                                recipe(
                                        rules(1, 1, 1),
                                        ",\"examples\":[{\"messages\":[{\"role\":\"assistant\",\"content\":\"%s\"}],\"rejected_by\":\"rule-0\"}]"
                                                .formatted("Go. phrase-0 ".repeat(size / 13)))),
                of("what is no JSON", 200_000, "x"::repeat));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recipes")
    void twiceTheRecipeCostsTwiceAtMost(String name, int size, IntFunction<byte[]> recipes) {
        Cost.requireLinear(size, recipes, RecipeCostTest::take);
    }

    private static Object take(byte[] document) {
        try {
            return CompiledRecipe.of(RecipeReader.read(document));
        } catch (InvalidRecipeException e) {
            return e;
        }
    }

    private static Arguments of(String name, int size, IntFunction<String> text) {
        IntFunction<byte[]> bytes = n -> text.apply(n).getBytes(StandardCharsets.UTF_8);
        return Arguments.of(name, size, bytes);
    }

    private static String recipe(String rules, String more) {
        return "{\"name\":\"cost\",\"description\":\"d\",\"rules\":[%s]%s}".formatted(rules, more);
    }

    private static String rules(int count, int phrases, int examples) {
        StringBuilder rules = new StringBuilder();
        for (int rule = 0; rule < count; rule++) {
            StringBuilder all = new StringBuilder();
            for (int phrase = 0; phrase < phrases; phrase++) {
                all.append(phrase == 0 ? "" : ",")
                        .append("\"phrase-%d\"".formatted(rule * phrases + phrase));
            }
            rules.append(rule == 0 ? "" : ",")
                    .append(
                            "{\"id\":\"rule-%d\",\"type\":\"reject-if\",\"field\":\"all\",\"phrases\":[%s],\"because\":\"b\",\"examples\":{\"rejects\":[%s],\"keeps\":[%s]}}"
                                    .formatted(
                                            rule,
                                            all,
                                            list(
                                                    "\"a phrase-%d here\""
                                                            .formatted(rule * phrases),
                                                    examples),
                                            list("\"Go.\"", examples)));
        }
        return rules.toString();
    }

    private static String list(String element, int count) {
        return (element + ",").repeat(count - 1) + element;
    }

    private static String members(int count) {
        StringBuilder members = new StringBuilder();
        for (int i = 0; i < count; i++) {
            members.append(",\"c").append(100_000 + i).append("\":1");
        }
        return members.toString();
    }
}
