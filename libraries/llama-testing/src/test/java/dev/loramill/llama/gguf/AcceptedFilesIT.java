package dev.loramill.llama.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.llama.binding.Batch;
import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.LoraAdapter;
import dev.loramill.llama.binding.ScaledAdapter;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gives native code every mutated file that the validators let through; a crash ends the run. */
class AcceptedFilesIT {
    private static final int ADAPTERS = 4_000;
    private static final int BASES = 1_500;
    private static final TinyLlama BASE =
            TinyLlama.standard().withVocabularySize(300).withBlockCount(1).withSizes(32, 2, 1, 32);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    static Set<NativesSource> sources() {
        return NativesLookup.all();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void acceptedAdaptersLoadAndDecode(NativesSource source) throws IOException {
        Path base = BASE.write(folder.resolve("base.gguf"));
        Path sound =
                new TinyAdapter(
                                BASE.hyperparameters(),
                                1,
                                2,
                                4,
                                EnumSet.allOf(LoraTarget.class),
                                0.1)
                        .write(folder.resolve("sound.gguf"));
        GgufMutator mutator = new GgufMutator(Files.readAllBytes(sound));
        AdapterValidator validator = new AdapterValidator(BASE.hyperparameters());
        Path mutated = folder.resolve("mutated.gguf");
        int loaded = 0;
        try (LlamaModel model =
                        LlamaModel.load(
                                LlamaLibrary.load(source), base, LlamaModelOptions.defaults());
                LlamaContext context =
                        LlamaContext.create(model, LlamaContextOptions.ofLength(64))) {
            for (int seed = 0; seed < ADAPTERS; seed++) {
                Files.write(mutated, mutator.mutate(seed));
                if (validator.validate(mutated) instanceof AdapterOutcome.Accepted) {
                    try (LoraAdapter adapter = LoraAdapter.load(model, mutated)) {
                        context.setAdapters(List.of(new ScaledAdapter(adapter, 1)));
                        decode(context);
                        context.setAdapters(List.of());
                    }
                    loaded++;
                }
            }
        }
        assertThat(loaded).isGreaterThan(ADAPTERS / 100);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void acceptedBasesLoadAndDecode(NativesSource source) throws IOException {
        LlamaLibrary library = LlamaLibrary.load(source);
        Path sound = BASE.write(folder.resolve("sound.gguf"));
        GgufMutator mutator = new GgufMutator(Files.readAllBytes(sound));
        Path mutated = folder.resolve("mutated.gguf");
        int loaded = 0;
        for (int seed = 0; seed < BASES; seed++) {
            Files.write(mutated, mutator.mutate(seed));
            if (BaseValidator.validate(mutated) instanceof BaseOutcome.Accepted) {
                try (LlamaModel model =
                                LlamaModel.load(library, mutated, LlamaModelOptions.defaults());
                        LlamaContext context =
                                LlamaContext.create(model, LlamaContextOptions.ofLength(64))) {
                    model.vocabulary().tokenize("One, two\n<|im_end|>", true);
                    decode(context);
                }
                loaded++;
            }
        }
        assertThat(loaded).isGreaterThan(BASES / 100);
    }

    private static void decode(LlamaContext context) {
        context.clear();
        Batch batch = Batch.ofCapacity(3);
        for (int token = 10; token < 13; token++) {
            batch.add(token, 0, token == 12);
        }
        context.decode(batch);
    }
}
