package dev.loramill.llama.tiny;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.llama.binding.Batch;
import dev.loramill.llama.binding.DecodeOutcome;
import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.LoraAdapter;
import dev.loramill.llama.binding.ScaledAdapter;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TinyModelsIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    /** java-llama.cpp's library always; the current build where it was fetched. */
    static List<NativesSource> sources() {
        List<NativesSource> sources = new ArrayList<>();
        sources.add(new NativesSource.JavaLlamaJar());
        NativesSource found = NativesLookup.find();
        if (!sources.contains(found)) {
            sources.add(found);
        }
        return sources;
    }

    static Stream<Arguments> models() {
        TinyLlama standard = TinyLlama.standard();
        List<TinyLlama> models =
                List.of(
                        standard,
                        standard.withTied(false).withRopeFactors(true),
                        standard.withTypes(GgmlType.F16, GgmlType.F16),
                        standard.withTypes(GgmlType.BF16, GgmlType.F16),
                        standard.withTypes(GgmlType.Q8_0, GgmlType.Q8_0),
                        standard.withTypes(GgmlType.Q4_0, GgmlType.Q8_0),
                        standard.withTypes(GgmlType.Q4_1, GgmlType.Q8_0),
                        standard.withArchitecture("qwen2"),
                        standard.withArchitecture("qwen3"));
        return sources().stream()
                .flatMap(source ->
                        models.stream()
                                .filter(model -> !isTooNew(source, model))
                                .map(model -> Arguments.of(source, model)));
    }

    /** java-llama.cpp's library was built a month before it learned qwen3. */
    private static boolean isTooNew(NativesSource source, TinyLlama model) {
        return source instanceof NativesSource.JavaLlamaJar && model.architecture().equals("qwen3");
    }

    @ParameterizedTest
    @MethodSource("models")
    void loadsDecodesAndTakesAdapters(NativesSource source, TinyLlama tiny) throws IOException {
        LlamaLibrary library = LlamaLibrary.load(source);
        Path base = tiny.write(folder.resolve("base.gguf"));
        Path random = TinyAdapter.random(tiny.hyperparameters(), 1).write(folder.resolve("r.gguf"));
        Path zero =
                TinyAdapter.zeroEffect(tiny.hyperparameters(), 1).write(folder.resolve("z.gguf"));
        try (LlamaModel model = LlamaModel.load(library, base, LlamaModelOptions.defaults());
                LlamaContext context =
                        LlamaContext.create(model, LlamaContextOptions.ofLength(256))) {
            assertThat(model.vocabulary().size()).isEqualTo(tiny.vocabularySize());
            assertThat(model.vocabulary().isEndOfGeneration(TinyVocabulary.TURN_END)).isTrue();
            assertThat(model.vocabulary().addsBeginning()).isFalse();
            float[] plain = logits(context);
            for (float logit : plain) {
                assertThat(logit).isFinite();
            }
            if (!library.capabilities().loraBaseTypes().contains(tiny.linearType())) {
                return;
            }
            try (LoraAdapter effective = LoraAdapter.load(model, random);
                    LoraAdapter idle = LoraAdapter.load(model, zero)) {
                context.setAdapters(List.of(new ScaledAdapter(effective, 1)));
                assertThat(logits(context)).isNotEqualTo(plain);
                context.setAdapters(List.of(new ScaledAdapter(idle, 1)));
                assertThat(logits(context)).isEqualTo(plain);
                context.setAdapters(List.of());
                assertThat(logits(context)).isEqualTo(plain);
            }
        }
    }

    private static float[] logits(LlamaContext context) {
        context.clear();
        int[] tokens =
                context.model().vocabulary().tokenize("The miller weighs every sack twice.", false);
        Batch batch = Batch.ofCapacity(tokens.length);
        int last = 0;
        for (int i = 0; i < tokens.length; i++) {
            last = batch.add(tokens[i], 0, i == tokens.length - 1);
        }
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.DONE);
        return context.logits(last);
    }
}
