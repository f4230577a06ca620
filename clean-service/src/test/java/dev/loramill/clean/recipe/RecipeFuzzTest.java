package dev.loramill.clean.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import dev.loramill.clean.rule.StepBudget;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.EventLimits;
import dev.loramill.fuzzing.Corpus;
import dev.loramill.fuzzing.Fuzz;
import dev.loramill.fuzzing.JsonMutator;
import dev.loramill.fuzzing.Verdict;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Random recipes on random rows, and recipes with faults: each is refused with its faults, or gives
 * every row an outcome within its budget.
 */
class RecipeFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz/recipes");
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final List<String> TYPES = RuleTypes.all();
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

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void recipesAreRefusedOrGiveEachRowAnOutcomeWithinItsBudget() {
        List<byte[]> corpus = Corpus.of(CORPUS);
        JsonMutator mutator =
                new JsonMutator(
                        corpus,
                        Stream.concat(TYPES.stream(), PIECES.stream())
                                .map(piece -> piece.replace("\\\\", "\\"))
                                .toList());

        Fuzz.target("recipes")
                .inputs(2_000)
                .allocatesAtMost(length -> 1L << 30)
                .corpus(corpus)
                .corpus(Corpus.found(CORPUS))
                .run(
                        random ->
                                random.nextInt(3) == 0 ? mutator.mutate(random) : generated(random),
                        this::judge)
                .requireShares(0.15, 0.1);
    }

    private static byte[] generated(Random random) {
        StringBuilder rules = new StringBuilder();
        for (int rule = random.nextInt(1, 4); rule > 0; rule--) {
            rules.append(rules.isEmpty() ? "" : ",").append(rule(random, rule));
        }
        return "{\"recipe\":{\"name\":\"fuzz\",\"description\":\"d\",\"rules\":[%s]},\"row\":\"%s\"}"
                .formatted(rules, text(random))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** An input is a recipe and the text of a row. */
    private Verdict judge(byte[] input) {
        JsonNode tree;
        try {
            tree = JSON.readTree(input);
        } catch (IOException e) {
            return refused(input);
        }
        String document = tree.path("recipe").toString();
        String text = tree.path("row").asText();
        boolean isStorable = EventLimits.isStorable(text);
        requireDoor(document);
        CompiledRecipe recipe;
        try {
            recipe = CompiledRecipe.of(RecipeReader.stored(document));
        } catch (InvalidRecipeException e) {
            requireFaults(e);
            return Verdict.REFUSED;
        }
        if (!isStorable) {
            return Verdict.REFUSED;
        }
        CleaningOutcome outcome = clean(recipe, List.of(new ChatMessage("assistant", text)));
        switch (outcome) {
            case CleaningOutcome.Refused(String rule, String reason) -> {
                assertThat(EventLimits.isId(rule)).as(rule).isTrue();
                assertThat(reason).isNotBlank();
            }
            case CleaningOutcome.Kept(var messages, var applied) -> {
                String cleaned = messages.isEmpty() ? "" : messages.getLast().content();
                assertThat(cleaned).hasSizeLessThanOrEqualTo(4 * text.length() + 10_000);
                assertThat(EventLimits.isStorable(cleaned)).as("storable").isTrue();
                assertThat(applied.isEmpty()).isEqualTo(cleaned.equals(text));
                requireRest(recipe, messages);
            }
        }
        return Verdict.ACCEPTED;
    }

    /** Bytes that are no JSON at all: the door says so. */
    private static Verdict refused(byte[] input) {
        try {
            RecipeReader.read(input);
        } catch (InvalidRecipeException e) {
            requireFaults(e);
        }
        return Verdict.REFUSED;
    }

    /** The door runs the examples too. */
    private static void requireDoor(String document) {
        try {
            RecipeReader.read(document.getBytes(StandardCharsets.UTF_8));
        } catch (InvalidRecipeException e) {
            requireFaults(e);
        }
    }

    private static void requireFaults(InvalidRecipeException e) {
        assertThat(e.faults()).isNotEmpty().hasSizeLessThanOrEqualTo(100);
        assertThat(e.faults())
                .allSatisfy(fault -> assertThat(fault).isNotBlank().hasSizeLessThan(2_100));
    }

    private static CleaningOutcome clean(CompiledRecipe recipe, List<ChatMessage> row) {
        long length = row.stream().mapToLong(message -> message.content().length()).sum();
        StepBudget budget = StepBudget.ofRow(length);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        CleaningOutcome outcome = recipe.clean(row, budget);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                .as("bytes for %d characters", length)
                .isLessThan(400_000_000L);
        assertThat(budget.spent()).as("steps").isLessThan(200 * length + 10_000_000);
        return outcome;
    }

    /** What is kept is kept again as it is; it may have fewer steps, being shorter. */
    private static void requireRest(CompiledRecipe recipe, List<ChatMessage> kept) {
        if (clean(recipe, kept) instanceof CleaningOutcome.Kept again) {
            assertThat(again.messages()).isEqualTo(kept);
            assertThat(again.rulesApplied()).isEmpty();
        }
    }

    private static String rule(Random random, int number) {
        String type = TYPES.get(random.nextInt(TYPES.size()));
        String members =
                switch (type) {
                    case "normalize-space" -> "";
                    case "length-bounds" ->
                            "\"unit\":\"%s\",\"min\":%d,\"max\":%d,"
                                    .formatted(
                                            random.nextBoolean() ? "words" : "characters",
                                            random.nextInt(3),
                                            random.nextInt(3, 9_000));
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
        // Seldom long: what long rows cost, RowCostTest counts.
        return piece.toString().repeat(random.nextInt(1, random.nextInt(8) == 0 ? 3_000 : 100));
    }
}
