package dev.loramill.clean.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.loramill.clean.rule.StepBudget;
import dev.loramill.events.ChatMessage;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random recipes on random rows: whatever a recipe says, a row has an outcome within its budget.
 * {@code -Dloramill.fuzz.inputs} and {@code -Dloramill.fuzz.seed} make it longer, or another.
 */
class RecipeFuzzTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final List<String> TYPES =
            List.of(
                    "normalize-space",
                    "strip-prefix",
                    "strip-suffix",
                    "drop-leading-sentences",
                    "drop-trailing-sentences",
                    "drop-sentences",
                    "replace",
                    "redact",
                    "reject-if");
    private static final List<String> PIECES =
            List.of(
                    "a",
                    "b",
                    "x",
                    " ",
                    ".",
                    "(",
                    ")",
                    "(?:",
                    "(?=",
                    "(?!",
                    "(?<=a)",
                    "|",
                    "*",
                    "+",
                    "?",
                    "{2,9}",
                    "*?",
                    "++",
                    "[ab]",
                    "[^x]",
                    "\\\\s",
                    "\\\\b",
                    "\\\\1",
                    "^",
                    "$",
                    "\\\\z",
                    "\\\\p{L}");
    private static final List<String> WITH = List.of("", "$0", "$1", "$1$1$1", "a a", "$0$0", "$9");
    private static final String LETTERS = "aabbx  .!?\\n\\t@1-";

    @Test
    void everyRowHasAnOutcomeWithinItsBudget() {
        long seed = Long.getLong("loramill.fuzz.seed", 1);
        int inputs = Integer.getInteger("loramill.fuzz.inputs", 1_500);
        Random random = new Random(seed);
        int compiled = 0;
        for (int i = 0; i < inputs; i++) {
            StringBuilder rules = new StringBuilder();
            for (int rule = random.nextInt(1, 4); rule > 0; rule--) {
                rules.append(rules.isEmpty() ? "" : ",").append(rule(random, rule));
            }
            String document =
                    "{\"name\":\"fuzz\",\"description\":\"d\",\"rules\":[%s]}".formatted(rules);
            CompiledRecipe recipe;
            try {
                recipe = CompiledRecipe.of(RecipeReader.stored(document));
            } catch (InvalidRecipeException e) {
                continue;
            }
            compiled++;
            String text = text(random);
            StepBudget budget = StepBudget.ofRow(text.length());
            long before = THREADS.getCurrentThreadAllocatedBytes();
            CleaningOutcome outcome;
            try {
                outcome = recipe.clean(List.of(new ChatMessage("assistant", text)), budget);
            } catch (IllegalArgumentException e) {
                // A replacement that names a group which no pattern has: the row is a dead letter.
                assertThat(e).hasMessageContaining("names a group");
                continue;
            }
            assertThat(outcome).isNotNull();
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes for %d characters by %s, seed %d", text.length(), document, seed)
                    .isLessThan(400_000_000L);
            if (outcome instanceof CleaningOutcome.Kept kept) {
                assertThat(kept.messages().getLast().content())
                        .hasSizeLessThanOrEqualTo(4 * text.length() + 10_000);
            }
        }
        assertThat(compiled).isGreaterThan(inputs / 5);
    }

    private static String rule(Random random, int number) {
        String type = TYPES.get(random.nextInt(TYPES.size()));
        String members =
                switch (type) {
                    case "normalize-space" -> "";
                    case "redact" -> "\"kinds\":[\"email\",\"url\",\"phone\"],";
                    case "replace" ->
                            what(random)
                                    + "\"with\":\"%s\","
                                            .formatted(WITH.get(random.nextInt(WITH.size())));
                    default -> what(random);
                };
        String examples =
                type.equals("reject-if")
                        ? "\"because\":\"b\",\"examples\":{\"rejects\":[\"a\"],\"keeps\":[\"b\"]}"
                        : "\"examples\":{\"changes\":[{\"from\":\"a\",\"to\":\"b\"}],\"leaves\":[\"b\"]}";
        return "{\"id\":\"rule-%d\",\"type\":\"%s\",\"field\":\"all\",%s%s}"
                .formatted(number, type, members, examples);
    }

    private static String what(Random random) {
        StringBuilder pattern = new StringBuilder();
        for (int piece = random.nextInt(1, 9); piece > 0; piece--) {
            pattern.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return random.nextInt(4) == 0
                ? "\"phrases\":[\"a b\",\"x.\"],"
                : "\"patterns\":[\"%s\"],".formatted(pattern);
    }

    private static String text(Random random) {
        StringBuilder piece = new StringBuilder();
        for (int length = random.nextInt(1, 8); length > 0; length--) {
            piece.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return piece.toString().repeat(random.nextInt(1, 3_000));
    }
}
