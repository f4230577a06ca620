package dev.loramill.llama.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import dev.loramill.fuzzing.Corpus;
import dev.loramill.fuzzing.Fuzz;
import dev.loramill.fuzzing.Mutator;
import dev.loramill.fuzzing.Verdict;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Templates of models with faults, and templates of pieces put together by chance: each is rendered
 * or refused by name, alike each time, and what it allocates is paid for.
 */
class TemplateFuzzTest {
    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final LocalDate DATE = LocalDate.of(2024, 7, 26);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final List<String> PIECES =
            List.of(
                    "{{ ",
                    " }}",
                    "{% ",
                    " %}",
                    "for i in ",
                    "endfor",
                    "if ",
                    "else",
                    "endif",
                    "set ",
                    "macro f(a)",
                    "endmacro",
                    "f(",
                    ")",
                    "x",
                    "l",
                    "m",
                    "ns",
                    "loop",
                    "i",
                    " = ",
                    " ~ ",
                    " + ",
                    " * ",
                    " - ",
                    " / ",
                    " // ",
                    " % ",
                    " ** ",
                    " in ",
                    " is ",
                    " not ",
                    "[",
                    "]",
                    ":",
                    "{",
                    "}",
                    "'a'",
                    "\"",
                    "-1",
                    "0",
                    "9999999999",
                    "1.5",
                    "1e300",
                    "|list",
                    "|sort",
                    "|unique",
                    "|join(",
                    "|replace('', x)",
                    "|tojson",
                    "|map('upper')",
                    "|map(attribute='k')",
                    "|min",
                    "|max",
                    "|first",
                    "|round(99)",
                    "|int",
                    "|float",
                    "|items",
                    "|dictsort",
                    "|batch(2)",
                    ".k",
                    ".split('')",
                    ".split(x)",
                    ".strip(1)",
                    ".items()",
                    ".get(l)",
                    "range(5)",
                    "range(9, 0, -0)",
                    "namespace(a=1)",
                    "dict(a=x)",
                    "strftime_now('%Q')",
                    "loop.cycle()",
                    "{#",
                    "#}",
                    "-",
                    "\n",
                    ",",
                    "|",
                    ".",
                    "(",
                    "==",
                    " < ");

    private static final Map<String, Object> VARIABLES =
            Map.of(
                    "x",
                    "ab c\n".repeat(3),
                    "l",
                    List.of(2L, 0L, 1L),
                    "m",
                    List.of(Map.of("k", "w0", "n", 0L), Map.of("k", "w1", "n", 1L)),
                    "messages",
                    List.of(
                            Map.of("role", "system", "content", "Be brief."),
                            Map.of("role", "user", "content", "Why is grain milled?"),
                            Map.of("role", "assistant", "content", "To bake."),
                            Map.of("role", "user", "content", "And then?")),
                    "bos_token",
                    "<s>",
                    "eos_token",
                    "</s>",
                    "add_generation_prompt",
                    true);

    @Test
    void templatesAreRenderedOrRefusedAndPayForWhatTheyMake() throws IOException {
        List<byte[]> models = new ArrayList<>();
        try (Stream<Path> files = Files.list(RESOURCES.resolve("dev/loramill/llama/template"))) {
            for (Path file : files.sorted().toList()) {
                if (file.toString().endsWith(".jinja")) {
                    models.add(Files.readAllBytes(file));
                }
            }
        }
        Path cases = RESOURCES.resolve("dev/loramill/llama/jinja/language-cases.json");
        List<byte[]> corpus = new ArrayList<>(models);
        for (var template : new ObjectMapper().readTree(cases.toFile()).path("templates")) {
            corpus.add(template.asText().getBytes(StandardCharsets.UTF_8));
        }
        Mutator mutator = new Mutator(corpus, PIECES);

        Fuzz.target("templates")
                .inputs(5_000)
                .allocatesAtMost(length -> 4L << 30)
                .corpus(corpus)
                .corpus(Corpus.found(RESOURCES.resolve("fuzz/templates")))
                .run(
                        random -> random.nextBoolean() ? mutator.mutate(random) : pieces(random),
                        this::judge)
                .requireShares(0.1, 0.1);
    }

    private static byte[] pieces(Random random) {
        StringBuilder source = new StringBuilder(random.nextBoolean() ? "{{ x" : "");
        for (int i = random.nextInt(12); i >= 0; i--) {
            source.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        source.append(random.nextBoolean() ? " }}" : "");
        return source.toString().getBytes(StandardCharsets.UTF_8);
    }

    private record Outcome(@Nullable String text, @Nullable String refusal) {}

    private Verdict judge(byte[] input) {
        String source = new String(input, StandardCharsets.UTF_8);
        Outcome outcome = outcome(source);
        assertThat(outcome(source)).as("rendered again").isEqualTo(outcome);
        if (outcome.refusal() != null) {
            assertThat(outcome.refusal()).isNotBlank().hasSizeLessThan(1_000);
            return Verdict.REFUSED;
        }
        return Verdict.ACCEPTED;
    }

    private static Outcome outcome(String source) {
        Budget budget = new Budget();
        try {
            JinjaTemplate template = JinjaTemplate.parse(source);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            String text;
            try {
                text = template.render(VARIABLES, DATE, budget).toString();
            } finally {
                assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                        .as("bytes of %d steps that paid for %d", budget.steps(), budget.bytes())
                        .isLessThan(16 * budget.bytes() + 400 * budget.steps() + (8L << 20));
            }
            return new Outcome(text, null);
        } catch (TemplateException e) {
            return new Outcome(null, String.valueOf(e.getMessage()));
        }
    }
}
