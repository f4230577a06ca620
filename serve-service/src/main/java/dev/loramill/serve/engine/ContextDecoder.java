package dev.loramill.serve.engine;

import dev.loramill.llama.binding.Batch;
import dev.loramill.llama.binding.DecodeOutcome;
import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaModel;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A context of llama.cpp with one variant put on it, made at the first step. In each step the
 * answers under way get one token each, and what room is left in the batch reads prompts.
 */
final class ContextDecoder implements VariantDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(ContextDecoder.class);
    private static final String ENGINE_FAILED =
            "the engine failed while this answer was generated; the server's log has the reason";

    private final LlamaModel model;
    private final ModelVariant variant;
    private final LlamaContextOptions options;
    private final SpareCores spareCores;
    private final List<Slot> slots;
    private final Batch batch;
    private final LogprobReader logprobs;
    private @Nullable LlamaContext context;

    ContextDecoder(
            LlamaModel model,
            ModelVariant variant,
            LlamaContextOptions options,
            SpareCores spareCores,
            EngineMetrics metrics) {
        this.model = model;
        this.variant = variant;
        this.options = options;
        this.spareCores = spareCores;
        this.slots =
                IntStream.range(0, options.maxSequences())
                        .mapToObj(sequence -> new Slot(sequence, metrics))
                        .toList();
        this.batch = Batch.ofCapacity(options.batchSize());
        this.logprobs = new LogprobReader(model.vocabulary().size());
    }

    @Override
    public int step(List<Generation> admitted, int threads) {
        try {
            begin(admitted);
            slots.stream().filter(Slot::isCancelled).forEach(slot -> slot.abandon(context));
            if (active() > 0) {
                decode(open(), threads);
            }
        } catch (RuntimeException | Error e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("model", variant.name())
                    .log("A decode step failed");
            admitted.forEach(generation -> generation.fail(ENGINE_FAILED, e));
            discard(ENGINE_FAILED, e);
        } finally {
            if (context != null) {
                context.handOver();
            }
        }
        return active();
    }

    private void begin(List<Generation> admitted) {
        for (Generation generation : admitted) {
            Slot free = slots.stream().filter(Slot::isFree).findFirst().orElseThrow();
            free.begin(generation, model);
        }
    }

    private int active() {
        return (int) slots.stream().filter(slot -> !slot.isFree()).count();
    }

    private LlamaContext open() {
        LlamaContext opened = context;
        if (opened == null) {
            opened = LlamaContext.create(model, options);
            context = opened;
            opened.setAdapters(variant.adapters());
        }
        return opened;
    }

    private void decode(LlamaContext opened, int threads) {
        opened.setThreads(threads, threads);
        batch.clear();
        for (Slot slot : slots) {
            if (!slot.isReadingPrompt()) {
                slot.contribute(batch, room());
            }
        }
        for (Slot slot : slots) {
            if (slot.isReadingPrompt()) {
                slot.contribute(batch, room());
            }
        }
        long start = System.nanoTime();
        if (opened.decode(batch) == DecodeOutcome.ABORTED) {
            throw new IllegalStateException("the step was aborted");
        }
        if (batch.size() == 1) {
            spareCores.measured(threads, System.nanoTime() - start);
        }
        slots.forEach(slot -> slot.take(opened, logprobs));
    }

    private int room() {
        return options.batchSize() - batch.size();
    }

    private void discard(String reason, @Nullable Throwable cause) {
        slots.forEach(slot -> slot.fail(null, reason, cause));
        if (context != null) {
            context.close();
            context = null;
        }
    }

    @Override
    public void close() {
        discard(Engine.CLOSING, null);
    }
}
