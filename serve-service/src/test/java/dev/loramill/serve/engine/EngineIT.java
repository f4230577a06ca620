package dev.loramill.serve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.LoraAdapter;
import dev.loramill.llama.binding.SamplerOptions;
import dev.loramill.llama.gguf.AdapterOutcome;
import dev.loramill.llama.gguf.AdapterValidator;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EngineIT {
    private static final int MAX_TOKENS = 40;

    @TempDir private Path directory;
    private Engine engine;
    private ModelHyperparameters sizes;

    @BeforeEach
    void start() throws Exception {
        Path base = TinyLlama.standard().write(directory.resolve("base.gguf"));
        try (GgufFile file = GgufFile.open(base)) {
            sizes = ModelHyperparameters.read(file);
        }
        engine =
                Engine.start(
                        base, new EngineLimits(2, 256, 3, 4, 32, 100), new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void generatesTheSameTogetherAsOneAfterTheOther() throws Exception {
        List<ModelVariant> variants = List.of(engine.base(), adapter(1), adapter(2));
        List<int[]> prompts =
                List.of(
                        engine.tokenizer().encode("What helps against a headache?"),
                        engine.tokenizer()
                                .encode("Is it dangerous to swim after a meal? ".repeat(5)),
                        engine.tokenizer().encode("A"));

        List<List<Integer>> alone = new ArrayList<>();
        for (ModelVariant variant : variants) {
            for (int[] prompt : prompts) {
                alone.add(tokens(submit(variant, prompt)));
            }
        }
        List<Generation> together = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            for (ModelVariant variant : variants) {
                for (int[] prompt : prompts) {
                    together.add(submit(variant, prompt));
                }
            }
        }

        for (int i = 0; i < together.size(); i++) {
            assertThat(tokens(together.get(i))).isEqualTo(alone.get(i % alone.size()));
        }
        // The adapters do change the answers.
        assertThat(alone.get(0)).isNotEqualTo(alone.get(3));
        assertThat(alone.get(3)).isNotEqualTo(alone.get(6));
    }

    @Test
    void makesRoomForMoreAdaptersThanContexts() throws Exception {
        int[] prompt = engine.tokenizer().encode("Hello there");
        List<ModelVariant> variants = new ArrayList<>(List.of(engine.base()));
        for (int seed = 1; seed <= 8; seed++) {
            variants.add(adapter(seed));
        }
        List<List<Integer>> alone = new ArrayList<>();
        for (ModelVariant variant : variants) {
            alone.add(tokens(submit(variant, prompt)));
        }
        List<Generation> together = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (ModelVariant variant : variants) {
                together.add(submit(variant, prompt));
            }
        }
        for (int i = 0; i < together.size(); i++) {
            assertThat(tokens(together.get(i))).isEqualTo(alone.get(i % alone.size()));
        }
    }

    @Test
    void drawsTheSameForTheSameSeed() throws Exception {
        int[] prompt = engine.tokenizer().encode("Tell me a story");
        List<Integer> first = tokens(submit(engine.base(), prompt, SamplerOptions.random(1, 5)));
        List<Integer> again = tokens(submit(engine.base(), prompt, SamplerOptions.random(1, 5)));
        List<Integer> other = tokens(submit(engine.base(), prompt, SamplerOptions.random(1, 6)));

        assertThat(again).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    @Test
    void loadsAndUnloadsAnAdapterWhileAnswersAreGenerated() throws Exception {
        int[] prompt = engine.tokenizer().encode("Hello");
        List<Integer> undisturbed = tokens(submit(engine.base(), prompt));
        ModelVariant adapter = adapter(3);
        List<Integer> adapted = tokens(submit(adapter, prompt));

        for (int round = 0; round < 20; round++) {
            Generation stream = submit(engine.base(), prompt);
            Generation last = submit(adapter, prompt);
            CountDownLatch freed = new CountDownLatch(1);
            engine.unload(adapter, freed::countDown);
            assertThat(engine.submit(request(adapter, prompt)))
                    .isInstanceOf(Admission.VariantRetired.class);
            adapter = adapter(3);

            assertThat(tokens(last)).isEqualTo(adapted);
            assertThat(tokens(stream)).isEqualTo(undisturbed);
            assertThat(freed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void givesTheSlotOfACancelledRequestToAnother() throws Exception {
        int[] prompt = engine.tokenizer().encode("Hello");
        List<Generation> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(submit(engine.base(), prompt));
        }
        all.subList(0, 29).forEach(Generation::cancel);

        assertThat(tokens(all.get(29))).isNotEmpty();
        assertThat(engine.submit(request(engine.base(), prompt)))
                .isInstanceOf(Admission.Accepted.class);
    }

    @Test
    void refusesAPromptThatLeavesNoRoom() {
        assertThat(engine.submit(request(engine.base(), new int[256])))
                .isEqualTo(new Admission.PromptTooLong(256, 256));
    }

    @Test
    void cutsTheAnswerWhereTheContextIsFull() throws Exception {
        int[] prompt = new int[250];
        java.util.Arrays.fill(prompt, engine.tokenizer().encode("a")[0]);
        SamplerOptions never = SamplerOptions.greedy().withLogitBias(withoutEnd());
        Generation generation = submit(engine.base(), prompt, never);

        assertThat(tokens(generation)).hasSize(6);
    }

    @Test
    void failsWhatIsUnderWayWhenItCloses() throws Exception {
        Generation generation = submit(engine.base(), engine.tokenizer().encode("Hello"));
        engine.close();

        GenerationEvent last = generation.next();
        while (last instanceof GenerationEvent.Generated) {
            last = generation.next();
        }
        assertThat(last).isInstanceOfAny(GenerationEvent.Failed.class, GenerationEvent.Ended.class);
        start();
    }

    @Test
    void tellsThatADecodeStepDoesNotEndAndGoesOnAfterErrors() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        engine.unload(
                adapter(1),
                () -> {
                    begun.countDown();
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    throw new LinkageError("on purpose");
                });
        begun.await();
        try {
            assertThat(engine.fault(Instant.now())).isEmpty();
            assertThat(engine.fault(Instant.now().plusSeconds(180)).orElseThrow())
                    .startsWith("a decode step has not ended since 2");
        } finally {
            release.countDown();
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> engine.fault(Instant.now().plusSeconds(180)).isEmpty());
        assertThat(tokens(submit(engine.base(), engine.tokenizer().encode("Hello")))).isNotEmpty();
        assertThat(engine.fault()).isEmpty();
    }

    @Test
    void tellsWhyAGenerationFailedAndGoesOnWithOthers() throws Exception {
        int[] prompt = engine.tokenizer().encode("Hello");
        Path file = TinyAdapter.random(sizes, 1).write(directory.resolve("foreign.gguf"));
        try (LlamaModel other =
                        LlamaModel.load(
                                directory.resolve("base.gguf"), LlamaModelOptions.defaults());
                LoraAdapter foreign = LoraAdapter.load(other, file)) {
            GenerationEvent last = submit(new ModelVariant("foreign", foreign), prompt).next();

            assertThat(last)
                    .isInstanceOfSatisfying(
                            GenerationEvent.Failed.class,
                            failed ->
                                    assertThat(failed.cause())
                                            .isInstanceOf(IllegalArgumentException.class));
        }
        assertThat(tokens(submit(engine.base(), prompt))).isNotEmpty();
    }

    private java.util.Map<Integer, Float> withoutEnd() {
        return engine.tokenizer().endsOfGeneration().stream()
                .boxed()
                .collect(
                        java.util.stream.Collectors.toMap(
                                token -> token, _ -> Float.NEGATIVE_INFINITY));
    }

    private ModelVariant adapter(long seed) throws Exception {
        Path file = TinyAdapter.random(sizes, seed).write(directory.resolve(seed + ".gguf"));
        AdapterOutcome.Accepted accepted =
                (AdapterOutcome.Accepted) new AdapterValidator(sizes).validate(file);
        return engine.load(file, accepted, "adapter " + seed);
    }

    private Generation submit(ModelVariant variant, int[] prompt) {
        return submit(variant, prompt, SamplerOptions.greedy());
    }

    private Generation submit(ModelVariant variant, int[] prompt, SamplerOptions sampling) {
        Admission admission =
                engine.submit(
                        new GenerationRequest(
                                variant,
                                prompt,
                                MAX_TOKENS,
                                sampling,
                                GenerationRequest.NO_LOGPROBS));
        assertThat(admission).isInstanceOf(Admission.Accepted.class);
        return ((Admission.Accepted) admission).generation();
    }

    private static GenerationRequest request(ModelVariant variant, int[] prompt) {
        return new GenerationRequest(
                variant,
                prompt,
                MAX_TOKENS,
                SamplerOptions.greedy(),
                GenerationRequest.NO_LOGPROBS);
    }

    private static List<Integer> tokens(Generation generation) throws InterruptedException {
        List<Integer> tokens = new ArrayList<>();
        while (true) {
            switch (generation.next()) {
                case GenerationEvent.Generated(int token, _) -> tokens.add(token);
                case GenerationEvent.Ended _ -> {
                    return tokens;
                }
                case GenerationEvent.Cancelled _ -> throw new AssertionError("it was cancelled");
                case GenerationEvent.Failed(String reason, Throwable cause) ->
                        throw new AssertionError(reason, cause);
            }
        }
    }
}
