package dev.loramill.llama.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LlamaContextIT {
    private static final String LIBRARIES = "dev.loramill.llama.binding.TestLibraries#all";
    private static final int ROUNDS = 60;
    private static final int[] PROMPT = {50, 60, 70, 80, 90, 100, 110};
    private static final int[] LONG_PROMPT = IntStream.range(40, 88).toArray();

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

    private static LlamaContextOptions options() {
        return LlamaContextOptions.ofLength(512).withMaxSequences(2).withBatchSizes(64, 32);
    }

    /** Decodes tokens and gives the logits of the last. */
    private static float[] decode(LlamaContext context, int sequence, int... tokens) {
        Batch batch = Batch.ofCapacity(tokens.length);
        int last = 0;
        for (int i = 0; i < tokens.length; i++) {
            last = batch.add(tokens[i], sequence, i == tokens.length - 1);
        }
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.DONE);
        return context.logits(last);
    }

    private static void refuses(ThrowingCallable call, String message) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(message);
    }

    private static void forbids(ThrowingCallable call, String message) {
        assertThatIllegalStateException().isThrownBy(call).withMessageContaining(message);
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void computesTheSameLogitsAfterBeingCleared(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = LlamaContext.create(model, options())) {
            float[] first = decode(context, 0, PROMPT);
            assertThat(first).hasSize(model.vocabulary().size());
            assertThat(context.length(0)).isEqualTo(PROMPT.length);
            context.clear();
            assertThat(context.length(0)).isZero();
            assertThat(decode(context, 0, PROMPT)).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void keepsSequencesApart(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = LlamaContext.create(model, options())) {
            decode(context, 0, PROMPT);
            float[] alone = decode(context, 0, 42);
            context.clear();
            decode(context, 0, PROMPT);
            decode(context, 1, 300, 301, 302);
            assertThat(decode(context, 0, 42)).isEqualTo(alone);
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void givesLogitsOfEveryTokenAskedFor(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = LlamaContext.create(model, options())) {
            Batch batch = Batch.ofCapacity(PROMPT.length);
            for (int token : PROMPT) {
                batch.add(token, 0, true);
            }
            context.decode(batch);
            float[] target = new float[model.vocabulary().size() + 3];
            for (int i = 0; i < PROMPT.length; i++) {
                context.logits(i, target);
                assertThat(target).startsWith(context.logits(i));
            }
            assertThat(context.logits(1)).isNotEqualTo(context.logits(2));
            refuses(() -> context.logits(0, new float[3]), "room for 512 logits, got 3");
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void truncatesToAPrefix(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = LlamaContext.create(model, options())) {
            float[] whole = decode(context, 0, PROMPT);
            context.truncate(0, PROMPT.length - 1);
            float[] again = decode(context, 0, PROMPT[PROMPT.length - 1]);
            assertThat(again).usingComparatorWithPrecision(1e-4f).containsExactly(whole);
            refuses(() -> context.truncate(0, 99), "length must be in [0, 7], got 99");
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void continuesACopiedSequenceAlike(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = LlamaContext.create(model, options())) {
            decode(context, 0, PROMPT);
            decode(context, 1, 300, 301);
            context.copySequence(0, 1);
            assertThat(context.length(1)).isEqualTo(PROMPT.length);
            float[] copied = decode(context, 1, 42);
            assertThat(decode(context, 0, 42))
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(copied);
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void restoresASequenceBitByBitInAnotherContext(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext one = LlamaContext.create(model, options());
                LlamaContext other = LlamaContext.create(model, options());
                LlamaContext unlike =
                        LlamaContext.create(model, options().withFlashAttention(false))) {
            decode(one, 0, PROMPT);
            SequenceState state = one.save(0);
            assertThat(state.length()).isEqualTo(PROMPT.length);
            assertThat(state.sizeBytes()).isPositive();
            other.restore(1, state);
            assertThat(other.length(1)).isEqualTo(PROMPT.length);
            assertThat(decode(other, 1, 42)).isEqualTo(decode(one, 0, 42));
            refuses(() -> unlike.restore(0, state), "flash attention");
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void leavesSequencesAsTheyWereWhenAborted(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = LlamaContext.create(model, options())) {
            decode(context, 0, PROMPT);
            float[] expected = decode(context, 0, 42);
            context.truncate(0, PROMPT.length);
            context.abort();
            Batch batch = Batch.ofCapacity(40);
            for (int i = 0; i < 40; i++) {
                batch.add(i + 10, 0, i == 39);
            }
            assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.ABORTED);
            assertThat(context.length(0)).isEqualTo(PROMPT.length);
            refuses(() -> context.logits(39), "computed no logits at index 39");
            assertThat(decode(context, 0, 42)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void refusesWhatWouldEndTheProcess(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = LlamaContext.create(model, options())) {
            Batch batch = Batch.ofCapacity(65);
            refuses(() -> context.decode(batch), "tokens in a batch must be in [1, 64], got 0");
            for (int i = 0; i < 65; i++) {
                batch.add(5, 0, false);
            }
            refuses(() -> context.decode(batch), "tokens in a batch must be in [1, 64], got 65");
            forbids(() -> batch.add(5, 0, false), "Batch is full");
            batch.clear();
            batch.add(512, 0, true);
            refuses(() -> context.decode(batch), "token must be in [0, 512), got 512");
            batch.clear();
            batch.add(-1, 0, true);
            refuses(() -> context.decode(batch), "token must be in [0, 512), got -1");
            batch.clear();
            batch.add(5, 2, true);
            refuses(() -> context.decode(batch), "sequence must be in [0, 2), got 2");
            batch.clear();
            batch.add(5, 0, 0, false);
            batch.add(5, 2, 0, true);
            refuses(
                    () -> context.decode(batch),
                    "position of token 1 in sequence 0 must be 1, got 2");
            refuses(() -> context.logits(0), "computed no logits");
            refuses(() -> context.copySequence(0, 7), "sequence must be in [0, 2), got 7");
            assertThat(context.length(0)).isZero();
            assertThat(decode(context, 0, PROMPT)).isNotEmpty();
            refuses(() -> context.logits(0), "it did at {6}");
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void refusesTokensThatAFullSequenceHasNoRoomFor(LlamaLibrary library) throws IOException {
        try (LlamaModel model = load(library);
                LlamaContext context = LlamaContext.create(model, options())) {
            int capacity = context.sequenceCapacity();
            assertThat(capacity).isBetween(256, 512);
            Batch batch = Batch.ofCapacity(32);
            for (int filled = 0; filled < capacity; filled += 32) {
                batch.clear();
                for (int i = 0; i < 32; i++) {
                    batch.add(5, 0, i == 31);
                }
                assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.DONE);
            }
            batch.clear();
            batch.add(5, 0, true);
            refuses(() -> context.decode(batch), "sequence 0 is full");
            assertThat(decode(context, 1, PROMPT)).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void belongsToOneThreadUntilHandedOver(LlamaLibrary library) throws Exception {
        try (ExecutorService other = Executors.newSingleThreadExecutor();
                LlamaModel model = load(library);
                LlamaContext context = LlamaContext.create(model, options())) {
            float[] expected = decode(context, 0, PROMPT);
            Future<?> foreign =
                    other.submit(
                            () -> forbids(context::clear, "belongs to thread \"" + owner() + "\""));
            foreign.get();
            other.submit(() -> forbids(context::close, "belongs to thread")).get();
            other.submit(context::abort).get();
            Batch batch = Batch.ofCapacity(1);
            batch.add(5, 0, true);
            assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.ABORTED);
            context.clear();
            context.handOver();
            assertThat(other.submit(() -> decode(context, 0, PROMPT)).get()).isEqualTo(expected);
            forbids(context::clear, "hand it over first");
            other.submit(context::handOver).get();
            assertThatCode(context::clear).doesNotThrowAnyException();
        }
    }

    private static String owner() {
        return "main";
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void refusesUseAfterCloseAndClosingTwice(LlamaLibrary library) throws IOException {
        LlamaModel model = load(library);
        LlamaContext context = LlamaContext.create(model, options());
        Sampler sampler = Sampler.create(model, SamplerOptions.random(1f, 1));
        forbids(model::close, "2 of what uses it is still open");
        context.close();
        forbids(context::close, "LlamaContext is closed");
        forbids(context::clear, "LlamaContext is closed");
        forbids(context::abort, "LlamaContext is closed");
        forbids(() -> context.decode(Batch.ofCapacity(1)), "LlamaContext is closed");
        sampler.close();
        forbids(sampler::close, "Sampler is closed");
        forbids(sampler::reset, "Sampler is closed");
        model.close();
        forbids(model::close, "LlamaModel \"base.gguf\" is closed");
        forbids(() -> LlamaContext.create(model, options()), "is closed");
        forbids(() -> model.vocabulary().tokenize("a", false), "is closed");
        forbids(model::parameterCount, "is closed");
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void makesNoContextOfAModelWithoutWeights(LlamaLibrary library) throws IOException {
        try (LlamaModel model =
                LlamaModel.load(library, base, LlamaModelOptions.vocabularyAlone())) {
            forbids(
                    () -> LlamaContext.create(model, options()),
                    "was loaded without weights and cannot be used for a context");
        }
    }

    /** java-llama.cpp's library computes wrong logits where contexts decode at the same time. */
    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void decodesOnSeveralThreadsAsOnOne(LlamaLibrary library) throws Exception {
        Path larger =
                TinyLlama.standard()
                        .withBlockCount(4)
                        .withSizes(256, 8, 4, 512)
                        .write(folder.resolve("larger.gguf"));
        try (ExecutorService threads = Executors.newFixedThreadPool(3);
                LlamaModel model = LlamaModel.load(library, larger, LlamaModelOptions.defaults())) {
            float[] expected;
            try (LlamaContext context = LlamaContext.create(model, options())) {
                expected = decode(context, 0, LONG_PROMPT);
            }
            List<Future<Integer>> counts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                counts.add(threads.submit(() -> countEqual(model, expected)));
            }
            for (Future<Integer> count : counts) {
                assertThat(count.get()).isEqualTo(ROUNDS);
            }
        }
    }

    private static int countEqual(LlamaModel model, float[] expected) {
        int equal = 0;
        try (LlamaContext context = LlamaContext.create(model, options())) {
            for (int i = 0; i < ROUNDS; i++) {
                context.clear();
                equal += Arrays.equals(decode(context, 0, LONG_PROMPT), expected) ? 1 : 0;
            }
        }
        return equal;
    }
}
