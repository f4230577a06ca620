package dev.loramill.llama.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.tiny.BrokenAdapter;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LoraAdapterIT {
    private static final String LIBRARIES = "dev.loramill.llama.binding.TestLibraries#all";
    private static final TinyLlama TINY =
            TinyLlama.standard().withTypes(GgmlType.Q8_0, GgmlType.Q8_0);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path base;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    @BeforeEach
    void write() throws IOException {
        base = TINY.write(folder.resolve("base.gguf"));
        file = TinyAdapter.random(TINY.hyperparameters(), 7).write(folder.resolve("adapter.gguf"));
    }

    private LlamaModel load(LlamaLibrary library) throws IOException {
        return LlamaModel.load(library, base, LlamaModelOptions.defaults());
    }

    private static LlamaContext context(LlamaModel model) {
        return LlamaContext.create(model, LlamaContextOptions.ofLength(256));
    }

    private static float[] logits(LlamaContext context) {
        context.clear();
        Batch batch = Batch.ofCapacity(4);
        for (int token = 40; token < 44; token++) {
            batch.add(token, 0, token == 43);
        }
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.DONE);
        return context.logits(3);
    }

    private static List<ScaledAdapter> whole(LoraAdapter adapter) {
        return List.of(new ScaledAdapter(adapter, 1f));
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void changesTheLogitsByItsScaleAndLeavesNoTrace(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = context(model)) {
            float[] plain = logits(context);
            try (LoraAdapter adapter = LoraAdapter.load(model, file)) {
                context.setAdapters(whole(adapter));
                float[] changed = logits(context);
                assertThat(changed).isNotEqualTo(plain);
                context.setAdapters(List.of(new ScaledAdapter(adapter, 0.5f)));
                assertThat(logits(context)).isNotEqualTo(changed).isNotEqualTo(plain);
                context.setAdapters(whole(adapter));
                assertThat(logits(context)).isEqualTo(changed);
                context.setAdapters(List.of());
                assertThat(logits(context)).isEqualTo(plain);
            }
            assertThat(logits(context)).isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void cannotBeClosedWhileAContextHoldsIt(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = context(model)) {
            LoraAdapter adapter = LoraAdapter.load(model, file);
            context.setAdapters(whole(adapter));
            assertThatIllegalStateException()
                    .isThrownBy(adapter::close)
                    .withMessage(
                            "LoraAdapter \"adapter.gguf\" cannot be closed: 1 of what uses it is"
                                    + " still open");
            context.setAdapters(List.of());
            adapter.close();
            assertThatIllegalStateException()
                    .isThrownBy(adapter::close)
                    .withMessage("LoraAdapter \"adapter.gguf\" is closed");
            assertThatIllegalStateException()
                    .isThrownBy(() -> context.setAdapters(whole(adapter)))
                    .withMessageContaining("is closed");
            assertThat(context.adapters()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void isLetGoByAContextThatIsClosed(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library)) {
            LoraAdapter adapter = LoraAdapter.load(model, file);
            try (LlamaContext context = context(model)) {
                context.setAdapters(whole(adapter));
            }
            adapter.close();
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void keepsItsModelOpen(LlamaLibrary library) throws IOException {
        LlamaModel model = load(library);
        try (LoraAdapter adapter = LoraAdapter.load(model, file)) {
            assertThatIllegalStateException().isThrownBy(model::close);
            assertThat(adapter.model()).isSameAs(model);
        }
        model.close();
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void isNotPutOnAnotherModelNorTwice(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaModel other = load(library);
                LlamaContext context = context(other);
                LoraAdapter adapter = LoraAdapter.load(model, file);
                LoraAdapter fitting = LoraAdapter.load(other, file)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> context.setAdapters(whole(adapter)))
                    .withMessageContaining("LoraAdapter \"adapter.gguf\" is for LlamaModel");
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            context.setAdapters(
                                    List.of(
                                            new ScaledAdapter(fitting, 1f),
                                            new ScaledAdapter(fitting, 2f))))
                    .withMessageContaining("twice");
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void isRefusedBeforeNativeCodeSeesIt(LlamaLibrary library) throws IOException {
        Path broken =
                BrokenAdapter.ALPHA_DOUBLE.write(
                        folder.resolve("broken.gguf"), TINY.hyperparameters());
        try (LlamaModel model = load(library)) {
            assertThatThrownBy(() -> LoraAdapter.load(model, broken))
                    .isInstanceOf(RefusedFileException.class)
                    .hasMessageStartingWith("the adapter \"broken.gguf\" is refused: alpha: ");
            assertThatThrownBy(() -> LoraAdapter.load(model, folder.resolve("none.gguf")))
                    .isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test
    void isRefusedOnABaseWhereTheLibraryWouldEndTheProcess() throws IOException {
        LlamaLibrary old = LlamaLibrary.load(new NativesSource.JavaLlamaJar());
        Path quantized =
                TINY.withTypes(GgmlType.Q4_0, GgmlType.Q8_0).write(folder.resolve("q4.gguf"));
        try (LlamaModel model = LlamaModel.load(old, quantized, LlamaModelOptions.defaults())) {
            assertThat(model.typesWithoutAdapters()).containsExactly(GgmlType.Q4_0);
            assertThatIllegalStateException()
                    .isThrownBy(() -> LoraAdapter.load(model, file))
                    .withMessageContaining("cannot put adapters on weights of type [Q4_0]");
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void isLoadedAndFreedByOneThreadWhileAnotherDecodes(LlamaLibrary library) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(3);
                LlamaModel model = load(library)) {
            AtomicBoolean stop = new AtomicBoolean();
            Future<Boolean> decoding = threads.submit(() -> staysEqual(model, stop));
            Future<?> one = threads.submit(() -> loadAndFree(model, file, 200, 1));
            Future<?> other = threads.submit(() -> loadAndFree(model, file, 200, 1));
            one.get();
            other.get();
            stop.set(true);
            assertThat(decoding.get()).isTrue();
        }
    }

    private static boolean staysEqual(LlamaModel model, AtomicBoolean stop) {
        try (LlamaContext context = context(model)) {
            float[] expected = logits(context);
            do {
                if (!java.util.Arrays.equals(logits(context), expected)) {
                    return false;
                }
            } while (!stop.get());
            return true;
        }
    }

    /** Without a lock around them, loads and frees often crash the current build. */
    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void isLoadedAndFreedByManyThreadsAtOnce(LlamaLibrary library) throws Exception {
        Path small =
                TinyAdapter.random(TINY.hyperparameters(), 8)
                        .withTargets(Set.of(LoraTarget.Q))
                        .write(folder.resolve("small.gguf"));
        try (ExecutorService threads = Executors.newFixedThreadPool(8);
                LlamaModel model = load(library)) {
            List<Future<Integer>> counts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                counts.add(threads.submit(() -> loadAndFree(model, small, 60, 20)));
            }
            for (Future<Integer> count : counts) {
                assertThat(count.get()).isEqualTo(1200);
            }
        }
    }

    private static int loadAndFree(LlamaModel model, Path file, int rounds, int atOnce)
            throws IOException {
        int loaded = 0;
        for (int round = 0; round < rounds; round++) {
            List<LoraAdapter> adapters = new ArrayList<>();
            for (int i = 0; i < atOnce; i++) {
                // Without the check, which takes most of the time, loads meet more often.
                adapters.add(LoraAdapter.loadUnchecked(model, file));
                loaded++;
            }
            adapters.forEach(LoraAdapter::close);
        }
        return loaded;
    }
}
