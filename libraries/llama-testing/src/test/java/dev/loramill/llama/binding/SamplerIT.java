package dev.loramill.llama.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.llama.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SamplerIT {
    private static final String LIBRARIES = "dev.loramill.llama.binding.TestLibraries#all";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Path base;

    @BeforeAll
    static void writeBase() throws IOException {
        base = TinyLlama.standard().write(folder.resolve("base.gguf"));
    }

    private static LlamaModel load(LlamaLibrary library) throws IOException {
        return LlamaModel.load(library, base, LlamaModelOptions.defaults());
    }

    private static LlamaContext context(LlamaModel model) {
        return LlamaContext.create(model, LlamaContextOptions.ofLength(256));
    }

    /** Generates tokens from a fixed prompt, up to an end of generation. */
    private static List<Integer> generate(LlamaContext context, Sampler sampler, int count) {
        context.clear();
        Batch batch = Batch.ofCapacity(3);
        batch.add(40, 0, false);
        batch.add(41, 0, false);
        int last = batch.add(42, 0, true);
        List<Integer> tokens = new ArrayList<>();
        while (tokens.size() < count) {
            assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.DONE);
            int token = sampler.sample(context, last);
            if (context.model().vocabulary().isEndOfGeneration(token)) {
                break;
            }
            tokens.add(token);
            batch.clear();
            last = batch.add(token, 0, true);
        }
        return tokens;
    }

    private static List<Integer> generate(LlamaModel model, SamplerOptions options) {
        try (LlamaContext context = context(model);
                Sampler sampler = Sampler.create(model, options)) {
            return generate(context, sampler, 40);
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void takesTheLikeliestAtTemperatureZero(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = context(model);
                Sampler sampler = Sampler.create(model, SamplerOptions.greedy())) {
            Batch batch = Batch.ofCapacity(1);
            int index = batch.add(40, 0, true);
            context.decode(batch);
            float[] logits = context.logits(index);
            int best = 0;
            for (int i = 0; i < logits.length; i++) {
                best = logits[i] > logits[best] ? i : best;
            }
            assertThat(sampler.sample(context, index)).isEqualTo(best);
            assertThat(generate(model, SamplerOptions.random(0.7f, 5).withCuts(1, 1f, 0f)))
                    .isEqualTo(generate(model, SamplerOptions.greedy()));
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void drawsTheSameTokensFromTheSameSeed(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = context(model);
                Sampler sampler = Sampler.create(model, SamplerOptions.random(1.5f, 11))) {
            List<Integer> first = generate(context, sampler, 40);
            sampler.reset();
            assertThat(generate(context, sampler, 40)).isEqualTo(first);
            assertThat(generate(model, SamplerOptions.random(1.5f, 11))).isEqualTo(first);
            assertThat(generate(model, SamplerOptions.random(1.5f, 12))).isNotEqualTo(first);
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void keepsToTheCuts(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = context(model)) {
            Batch batch = Batch.ofCapacity(1);
            int index = batch.add(40, 0, true);
            context.decode(batch);
            assertThat(drawn(context, index, SamplerOptions.random(5f, 1))).hasSizeGreaterThan(50);
            assertThat(drawn(context, index, SamplerOptions.random(5f, 1).withCuts(3, 1f, 0f)))
                    .hasSize(3);
            assertThat(drawn(context, index, SamplerOptions.random(5f, 1).withCuts(0, 1e-6f, 0f)))
                    .hasSize(1);
            assertThat(drawn(context, index, SamplerOptions.random(5f, 1).withCuts(0, 1f, 1f)))
                    .hasSize(1);
        }
    }

    private static HashSet<Integer> drawn(LlamaContext context, int index, SamplerOptions options) {
        HashSet<Integer> drawn = new HashSet<>();
        try (Sampler sampler = Sampler.create(context.model(), options)) {
            for (int i = 0; i < 300; i++) {
                drawn.add(sampler.sample(context, index));
            }
        }
        return drawn;
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void avoidsGeneratedTokensUnderAPenalty(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library)) {
            List<Integer> plain = generate(model, SamplerOptions.greedy());
            List<Integer> penalized =
                    generate(model, SamplerOptions.greedy().withPenalties(1f, 0f, 100f));
            assertThat(new HashSet<>(plain)).hasSizeLessThan(plain.size());
            assertThat(penalized).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void forbidsTokensByTheirBias(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library)) {
            int first = generate(model, SamplerOptions.greedy()).getFirst();
            SamplerOptions without =
                    SamplerOptions.greedy().withLogitBias(Map.of(first, Float.NEGATIVE_INFINITY));
            assertThat(generate(model, without)).doesNotContain(first);
            SamplerOptions only = SamplerOptions.greedy().withLogitBias(Map.of(123, 1000f));
            assertThat(generate(model, only)).containsOnly(123);
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            Sampler.create(
                                    model, SamplerOptions.greedy().withLogitBias(Map.of(9999, 1f))))
                    .withMessageContaining("token must be in [0, 512), got 9999");
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void keepsToAGrammar(LlamaLibrary library) throws IOException {
        String grammar = "root ::= (\"yes\" | \"no\") \", \" [0-9] [0-9]";
        try (LlamaModel model = load(library)) {
            Tokenizer tokenizer = Tokenizer.of(model);
            for (SamplerOptions options :
                    List.of(SamplerOptions.greedy(), SamplerOptions.random(2f, 3))) {
                List<Integer> tokens = generate(model, options.withGrammar(grammar));
                String text =
                        tokenizer.decode(tokens.stream().mapToInt(Integer::intValue).toArray());
                assertThat(text).matches("(yes|no), [0-9][0-9]");
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            Sampler.create(
                                    model, SamplerOptions.greedy().withGrammar("root ::= (")))
                    .withMessageContaining("the grammar cannot be read");
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void saysThatNoTokenIsLeft(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = context(model)) {
            Map<Integer, Float> bans = new java.util.HashMap<>();
            for (int token = 0; token < 512; token++) {
                bans.put(token, Float.NEGATIVE_INFINITY);
            }
            Batch batch = Batch.ofCapacity(1);
            int index = batch.add(40, 0, true);
            context.decode(batch);
            try (Sampler greedy =
                            Sampler.create(model, SamplerOptions.greedy().withLogitBias(bans));
                    Sampler random =
                            Sampler.create(
                                    model, SamplerOptions.random(1f, 1).withLogitBias(bans))) {
                assertThatIllegalStateException().isThrownBy(() -> greedy.sample(context, index));
                assertThatIllegalStateException().isThrownBy(() -> random.sample(context, index));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void refusesASecondThreadInsteadOfEndingTheProcess(LlamaLibrary library) throws Exception {
        try (LlamaModel model = load(library);
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            for (int round = 0; round < 200; round++) {
                Sampler sampler = Sampler.create(model, SamplerOptions.random(1f, round));
                Future<Boolean> reset = other.submit(() -> succeeds(sampler::reset));
                boolean isClosed = succeeds(sampler::close);
                reset.get();
                if (!isClosed) {
                    sampler.close();
                }
                assertThatThrownBy(sampler::reset).isInstanceOf(IllegalStateException.class);
            }
        }
    }

    private static boolean succeeds(Runnable use) {
        try {
            use.run();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
