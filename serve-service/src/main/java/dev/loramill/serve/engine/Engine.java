package dev.loramill.serve.engine;

import dev.loramill.llama.binding.LlamaCapabilities;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.LoraAdapter;
import dev.loramill.llama.binding.NativeCallException;
import dev.loramill.llama.gguf.AdapterOutcome;
import dev.loramill.llama.gguf.InvalidGgufException;
import dev.loramill.llama.jinja.TemplateException;
import dev.loramill.llama.template.ChatFormat;
import dev.loramill.llama.template.ChatTemplate;
import dev.loramill.llama.tokenizer.Tokenizer;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The base model in memory with its decode threads. Requests of one variant share a context and are
 * generated together; each variant in use has a context of its own, because changing the adapter of
 * a context is slow. Adapters come and go while requests are generated. Safe for many threads.
 */
public final class Engine implements AutoCloseable {
    /** A step computes one batch, which takes seconds on the slowest machine. */
    private static final Duration LONGEST_TURN = Duration.ofMinutes(2);

    static final String CLOSING = "the server is shutting down";

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    private final LlamaModel model;
    private final ChatFormat chat;
    private final ModelVariant base;
    private final int contextLength;
    private final DecodeScheduler scheduler;
    private final List<Thread> threads = new ArrayList<>();
    private final Set<LoraAdapter> adapters = ConcurrentHashMap.newKeySet();
    private final Map<Thread, Instant> turns = new ConcurrentHashMap<>();
    private volatile @Nullable Instant stoppedAt;
    private volatile boolean isClosing;

    private Engine(LlamaModel model, ChatFormat chat, EngineLimits limits, EngineMetrics metrics) {
        this.model = model;
        this.chat = chat;
        this.base = new ModelVariant("the base", null);
        this.contextLength = Math.min(limits.contextLength(), model.contextLength());
        LlamaCapabilities library = model.library().capabilities();
        LlamaContextOptions options = contextOptions(limits);
        SpareCores spareCores = SpareCores.ofMachine(limits.threads());
        this.scheduler =
                new DecodeScheduler(
                        new DecodeScheduler.Limits(
                                limits.threads(),
                                library.parallelDecode(),
                                limits.contexts(),
                                limits.slots(),
                                limits.queueLimit()),
                        spareCores::forLoneContext,
                        variant ->
                                new ContextDecoder(model, variant, options, spareCores, metrics));
        metrics.watch(scheduler);
        int decodeThreads = library.parallelDecode() ? limits.threads() : 1;
        for (int i = 0; i < decodeThreads; i++) {
            threads.add(Thread.ofPlatform().name("decode-" + i).daemon().unstarted(this::decode));
        }
    }

    private LlamaContextOptions contextOptions(EngineLimits limits) {
        int cells = contextLength * limits.slots();
        int batch = Math.clamp(limits.batchSize(), limits.slots(), cells);
        return LlamaContextOptions.ofLength(cells)
                .withBatchSizes(batch, batch)
                .withMaxSequences(limits.slots());
    }

    /**
     * Loads a base and starts the decode threads.
     *
     * @param file a GGUF file that was found sound; it must stay as it is
     * @throws NativeCallException if llama.cpp refuses the file, with its reason
     * @throws InvalidGgufException if the file has no chat template
     * @throws TemplateException if its chat template is malformed
     * @throws IOException if the file cannot be read
     */
    public static Engine start(Path file, EngineLimits limits, MeterRegistry registry)
            throws IOException {
        LlamaModel model = LlamaModel.load(file, LlamaModelOptions.defaults());
        boolean isStarted = false;
        try {
            Engine engine =
                    new Engine(
                            model,
                            ChatFormat.of(model, ChatTemplate.DEFAULT_DATE),
                            limits,
                            new EngineMetrics(registry));
            engine.threads.forEach(Thread::start);
            isStarted = true;
            return engine;
        } finally {
            if (!isStarted) {
                model.close();
            }
        }
    }

    /** How the base reads chats; works as long as the engine is open. */
    public ChatFormat chat() {
        return chat;
    }

    /** The base's tokenizer; works as long as the engine is open. */
    public Tokenizer tokenizer() {
        return chat.tokenizer();
    }

    /** The base without an adapter. */
    public ModelVariant base() {
        return base;
    }

    /** Most tokens of a prompt and its answer together. */
    public int contextLength() {
        return contextLength;
    }

    /** What the native library is and can do. */
    public LlamaCapabilities library() {
        return model.library().capabilities();
    }

    /**
     * Begins to generate; an answer that does not fit is cut where the context is full.
     *
     * @throws IllegalArgumentException if a token of the prompt is not in the vocabulary
     */
    public Admission submit(GenerationRequest request) {
        int length = request.prompt().length;
        if (length >= contextLength) {
            return new Admission.PromptTooLong(length, contextLength);
        }
        requireTokens(request.prompt());
        if (!request.variant().acquire()) {
            return new Admission.VariantRetired();
        }
        Generation generation =
                new Generation(
                        request.withMaxTokens(
                                Math.min(request.maxTokens(), contextLength - length)),
                        scheduler::wake);
        if (scheduler.offer(generation)) {
            return new Admission.Accepted(generation);
        }
        request.variant().release();
        return isClosing
                ? new Admission.ShuttingDown()
                : new Admission.QueueFull(scheduler.queueLimit());
    }

    private void requireTokens(int[] prompt) {
        int size = tokenizer().vocabularySize();
        for (int token : prompt) {
            if (token < 0 || token >= size) {
                throw new IllegalArgumentException(
                        "prompt token must be in [0, %d), got %d".formatted(size, token));
            }
        }
    }

    /**
     * Loads an adapter, while requests are generated.
     *
     * @param file a GGUF file; it is read completely and may be deleted then
     * @param accepted what the validator made of this very file
     * @param name name for logs
     * @throws NativeCallException if llama.cpp refuses the file, with its reason
     * @throws IllegalStateException if the library cannot put adapters on this base
     * @throws IOException if the file cannot be read
     */
    public ModelVariant load(Path file, AdapterOutcome.Accepted accepted, String name)
            throws IOException {
        LoraAdapter adapter = LoraAdapter.load(model, file, accepted);
        adapters.add(adapter);
        return new ModelVariant(name, adapter);
    }

    /**
     * Takes an adapter out of service: nothing begins with it any more, what is under way ends,
     * then it is freed.
     *
     * @param whenFreed runs on a decode thread
     */
    public void unload(ModelVariant variant, Runnable whenFreed) {
        LoraAdapter adapter = variant.adapter().orElseThrow();
        variant.retire(() ->
                scheduler.drop(
                        variant,
                        () -> {
                            adapters.remove(adapter);
                            adapter.close();
                            whenFreed.run();
                        }));
    }

    /**
     * Logits after the last token of a prompt, computed on the calling thread in a context of its
     * own, beside whatever is generated.
     */
    public float[] logits(ModelVariant variant, int[] prompt) {
        return PromptLogits.of(model, variant, prompt);
    }

    /** Why nothing may be generated, and since when; empty while the decode threads work. */
    Optional<String> fault() {
        return fault(Instant.now());
    }

    Optional<String> fault(Instant now) {
        Optional<Instant> oldest = turns.values().stream().min(Comparator.naturalOrder());
        if (oldest.isPresent() && oldest.get().plus(LONGEST_TURN).isBefore(now)) {
            return Optional.of(
                    "a decode step has not ended since "
                            + oldest.get().truncatedTo(ChronoUnit.SECONDS));
        }
        long stopped = isClosing ? 0 : threads.stream().filter(thread -> !thread.isAlive()).count();
        return stopped == 0
                ? Optional.empty()
                : Optional.of(
                        "%d of %d decode threads have stopped, the first at %s; the server's log has the reason"
                                .formatted(stopped, threads.size(), stoppedAt));
    }

    private void decode() {
        try {
            decodeUntilClosed();
        } catch (RuntimeException | Error e) {
            stoppedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            LOG.atError().setCause(e).log("A decode thread stopped");
        }
    }

    private void decodeUntilClosed() {
        @Nullable Turn done = null;
        int active = 0;
        while (true) {
            Optional<Turn> next = scheduler.next(done, active);
            if (next.isEmpty()) {
                return;
            }
            Turn turn = next.get();
            active = take(turn);
            done = turn;
        }
    }

    private int take(Turn turn) {
        turns.put(Thread.currentThread(), Instant.now());
        try {
            switch (turn) {
                case Turn.Step(ScheduledContext context, List<Generation> admitted, int cores) -> {
                    return context.decoder().step(admitted, cores);
                }
                case Turn.Close(ScheduledContext context, List<Generation> admitted) -> {
                    admitted.forEach(generation -> generation.fail(CLOSING, null));
                    context.decoder().close();
                }
                case Turn.Follow(Runnable action) -> action.run();
            }
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).log("A decode thread failed");
        } finally {
            turns.remove(Thread.currentThread());
        }
        return 0;
    }

    /** Fails what is under way and frees everything. */
    @Override
    public void close() {
        isClosing = true;
        scheduler.close().forEach(generation -> generation.fail(CLOSING, null));
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // Native memory must not be freed under a thread that still decodes.
                LOG.atWarn().log("Engine left open, interrupted while it was closed");
                Thread.currentThread().interrupt();
                return;
            }
        }
        adapters.forEach(LoraAdapter::close);
        chat.close();
        model.close();
    }
}
