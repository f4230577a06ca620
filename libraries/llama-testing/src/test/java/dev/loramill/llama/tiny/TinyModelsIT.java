package dev.loramill.llama.tiny;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

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
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufTensor;
import dev.loramill.llama.gguf.GgufWriter;
import dev.loramill.llama.gguf.LoraAdapterFile;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.quantization.Dequantizer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TinyModelsIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    static Set<NativesSource> sources() {
        return NativesLookup.all();
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

    @ParameterizedTest
    @MethodSource("sources")
    void adapterActsAsItsProductAddedToTheWeights(NativesSource source) throws IOException {
        TinyLlama tiny = TinyLlama.standard();
        Path base = tiny.write(folder.resolve("base.gguf"));
        TinyAdapter adapter = TinyAdapter.random(tiny.hyperparameters(), 1);
        Path merged = folder.resolve("merged.gguf");
        writeMerged(base, adapter.contents(), merged);

        float[] attached;
        LlamaLibrary library = LlamaLibrary.load(source);
        try (LlamaModel model = LlamaModel.load(library, base, LlamaModelOptions.defaults());
                LlamaContext context =
                        LlamaContext.create(model, LlamaContextOptions.ofLength(256));
                LoraAdapter lora =
                        LoraAdapter.load(model, adapter.write(folder.resolve("a.gguf")))) {
            context.setAdapters(List.of(new ScaledAdapter(lora, 1)));
            attached = logits(context);
            context.setAdapters(List.of());
        }
        try (LlamaModel model = LlamaModel.load(library, merged, LlamaModelOptions.defaults());
                LlamaContext context =
                        LlamaContext.create(model, LlamaContextOptions.ofLength(256))) {
            assertThat(logits(context)).containsExactly(attached, offset(0.05f));
        }
    }

    /** Adds alpha / rank * B A to every weight that the adapter changes. */
    private static void writeMerged(Path base, LoraAdapterFile adapter, Path merged)
            throws IOException {
        try (GgufFile file = GgufFile.open(base)) {
            GgufWriter writer = new GgufWriter();
            for (String key : file.metadata().keys()) {
                writer.put(key, file.metadata().find(key).orElseThrow());
            }
            for (GgufTensor tensor : file.tensors()) {
                float[] weight = Dequantizer.toFloat(tensor.type(), file.data(tensor));
                for (LoraAdapterFile.Pair pair : adapter.pairs()) {
                    if (pair.weight().equals(tensor.name())) {
                        add(pair, adapter.alpha() / pair.rank(), weight);
                    }
                }
                writer.addTensor(
                        tensor.name(),
                        GgmlType.F32,
                        tensor.dimensions(),
                        MemorySegment.ofArray(weight));
            }
            writer.write(merged);
        }
    }

    private static void add(LoraAdapterFile.Pair pair, float scale, float[] weight) {
        float[] a = pair.a().toArray(ValueLayout.JAVA_FLOAT);
        float[] b = pair.b().toArray(ValueLayout.JAVA_FLOAT);
        int rank = (int) pair.rank();
        int inputLength = (int) pair.inputLength();
        for (int out = 0; out < pair.outputLength(); out++) {
            for (int in = 0; in < inputLength; in++) {
                double sum = 0;
                for (int r = 0; r < rank; r++) {
                    sum += (double) b[out * rank + r] * a[r * inputLength + in];
                }
                weight[out * inputLength + in] += (float) (scale * sum);
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
