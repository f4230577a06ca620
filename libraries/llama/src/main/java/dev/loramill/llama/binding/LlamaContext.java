package dev.loramill.llama.binding;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.loramill.llama.binding.internal.ContextApi;
import dev.loramill.llama.binding.internal.ContextSettings;
import dev.loramill.llama.binding.internal.LlamaBuild;
import dev.loramill.llama.binding.internal.NativeLog;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.BitSet;
import java.util.List;

/**
 * The state of a number of sequences that are being generated: their keys and values, and the
 * adapters that are put on the model for them.
 *
 * <p>A context belongs to one thread: the one that first uses it, until it calls {@link
 * #handOver()}. Only {@link #abort()} may be called by others. A decode that fails leaves the
 * sequences as they were.
 */
public final class LlamaContext implements AutoCloseable {
    private static final int DECODE_ABORTED = 2;

    private final LlamaModel model;
    private final LlamaContextOptions options;
    private final LlamaBuild build;
    private final ContextApi functions;
    private final NativeHandle handle;
    private final OwnerThread owner;
    private final Arena arena;
    private final MemorySegment abortFlag;
    private final SequencePositions sequences;
    private final AttachedAdapters adapters;
    private final BitSet outputs = new BitSet();

    private LlamaContext(
            LlamaModel model,
            LlamaContextOptions options,
            NativeHandle handle,
            Arena arena,
            MemorySegment abortFlag) {
        this.model = model;
        this.options = options;
        this.build = model.functions().build();
        this.functions = model.functions().contexts();
        this.handle = handle;
        this.owner = new OwnerThread("LlamaContext");
        this.arena = arena;
        this.abortFlag = abortFlag;
        this.adapters = new AttachedAdapters(model);
        this.sequences =
                new SequencePositions(
                        options.maxSequences(),
                        build.sequenceCapacity(
                                handle.address(),
                                functions.contextLength(handle.address()),
                                options.maxSequences()),
                        options.batchSize());
    }

    /**
     * Makes a context.
     *
     * @throws IllegalStateException if the model is closed or was loaded without weights
     * @throws NativeCallException if llama.cpp refuses, with its reason
     */
    @SuppressWarnings("MustBeClosedChecker") // the context that is returned owns the arena
    public static LlamaContext create(LlamaModel model, LlamaContextOptions options) {
        model.requireWeights("a context");
        MemorySegment address = model.handle().hold();
        Arena arena = Arena.ofShared();
        boolean created = false;
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment abortFlag = arena.allocate(2);
            ContextSettings settings =
                    new ContextSettings(
                            options.contextLength(),
                            options.batchSize(),
                            options.microBatchSize(),
                            options.maxSequences(),
                            options.threads(),
                            options.batchThreads(),
                            options.flashAttention(),
                            options.cacheType().ggmlType());
            NativeLog.Heard<MemorySegment> heard =
                    model.functions()
                            .log()
                            .listen(() ->
                                    model.functions()
                                            .build()
                                            .createContext(scratch, address, settings, abortFlag));
            if (heard.result().equals(MemorySegment.NULL)) {
                throw new NativeCallException(
                        "llama_init_from_model", 0, model.handle().name(), heard.reason());
            }
            created = true;
            return new LlamaContext(
                    model,
                    options,
                    new NativeHandle("LlamaContext", heard.result()),
                    arena,
                    abortFlag);
        } finally {
            if (!created) {
                arena.close();
                model.handle().release();
            }
        }
    }

    /** The model. */
    public LlamaModel model() {
        return model;
    }

    /** How the context was made. */
    public LlamaContextOptions options() {
        return options;
    }

    /** Tokens that one sequence has room for. */
    public int sequenceCapacity() {
        return sequences.capacity();
    }

    /** Tokens in a sequence, which is also the position of the next one. */
    public int length(int sequence) {
        return sequences.length(sequence);
    }

    /**
     * Computes the tokens of a batch.
     *
     * @throws IllegalArgumentException if the batch is empty or larger than {@code batchSize}, or
     *     if a token, sequence or position is out of range or leaves a gap; nothing was computed
     *     then
     * @throws NativeCallException if llama.cpp fails
     */
    public DecodeOutcome decode(Batch batch) {
        MemorySegment context = owned();
        int[] before = sequences.lengths();
        boolean done = false;
        try {
            int[] positions = sequences.place(batch, model.vocabulary());
            outputs.clear();
            NativeLog.Heard<Integer> heard;
            try {
                MemorySegment struct = batch.fill(positions);
                heard = model.functions().log().listen(() -> compute(context, struct));
            } finally {
                Reference.reachabilityFence(batch);
            }
            int code = heard.result();
            if (code == DECODE_ABORTED) {
                abortFlag.set(JAVA_BYTE, 0, (byte) 0);
                return DecodeOutcome.ABORTED;
            }
            if (code != 0) {
                throw new NativeCallException(
                        "llama_decode",
                        code,
                        "a batch of " + batch.size() + " tokens",
                        code == 1 || code == -3
                                ? "no room in the key-value cache"
                                : heard.reason());
            }
            for (int i = 0; i < batch.size(); i++) {
                outputs.set(i, batch.wantsLogits(i));
            }
            done = true;
            return DecodeOutcome.DONE;
        } finally {
            if (!done) {
                rollBack(context, before);
            }
        }
    }

    private int compute(MemorySegment context, MemorySegment batch) {
        return model.library().compute(() -> functions.decode(context, batch));
    }

    /**
     * Nanoseconds that the C function alone takes for a batch of one token, to measure this class's
     * work by. Nothing is checked and no length is kept, so {@link #clear} must follow.
     *
     * @param position place of the token in its sequence
     * @throws NativeCallException if llama.cpp fails
     */
    public long timeBareDecode(Batch batch, int position) {
        MemorySegment context = owned();
        MemorySegment struct = batch.fill(new int[] {position});
        try {
            long start = System.nanoTime();
            int code = functions.decode(context, struct);
            long time = System.nanoTime() - start;
            if (code != 0) {
                throw new NativeCallException("llama_decode", code, "one token", "see its log");
            }
            return time;
        } finally {
            Reference.reachabilityFence(batch);
        }
    }

    /** Forgets what a failed decode may have left in the sequences. */
    private void rollBack(MemorySegment context, int[] before) {
        for (int sequence = 0; sequence < before.length; sequence++) {
            if (sequences.length(sequence) != before[sequence]) {
                sequences.setLength(sequence, before[sequence]);
                if (build.lastPosition(context, sequence) >= before[sequence]) {
                    removeFrom(context, sequence, before[sequence]);
                }
            }
        }
    }

    /**
     * The logits of a token of the last batch.
     *
     * @param index what {@link Batch#add} returned
     * @return one logit for each token of the vocabulary
     * @throws IllegalArgumentException if the last decode computed none there
     */
    public float[] logits(int index) {
        return logitsAt(index).toArray(JAVA_FLOAT);
    }

    /** Copies the logits of a token of the last batch to the front of an array. */
    public void logits(int index, float[] target) {
        MemorySegment source = logitsAt(index);
        int count = model.vocabulary().size();
        if (target.length < count) {
            throw new IllegalArgumentException(
                    "target must have room for %d logits, got %d".formatted(count, target.length));
        }
        MemorySegment.copy(source, JAVA_FLOAT, 0, target, 0, count);
    }

    /** The native logits, valid until the next decode. */
    MemorySegment logitsAt(int index) {
        MemorySegment context = owned();
        if (index < 0 || !outputs.get(index)) {
            throw new IllegalArgumentException(
                    "the last decode computed no logits at index %d; it did at %s"
                            .formatted(index, outputs));
        }
        MemorySegment logits = functions.logits(context, index);
        if (logits.equals(MemorySegment.NULL)) {
            throw new NativeCallException(
                    "llama_get_logits_ith", 0, "index " + index, "there are none");
        }
        return logits.reinterpret(model.vocabulary().size() * JAVA_FLOAT.byteSize());
    }

    /** Forgets all sequences. */
    public void clear() {
        MemorySegment context = owned();
        build.clearMemory(context);
        sequences.clear();
        outputs.clear();
    }

    /**
     * Shortens a sequence.
     *
     * @param length tokens to keep, at most those there are
     */
    public void truncate(int sequence, int length) {
        MemorySegment context = owned();
        int now = sequences.length(sequence);
        if (length < 0 || length > now) {
            throw new IllegalArgumentException(
                    "length must be in [0, %d], got %d".formatted(now, length));
        }
        if (length < now) {
            removeFrom(context, sequence, length);
            sequences.setLength(sequence, length);
        }
    }

    private void empty(MemorySegment context, int sequence) {
        if (sequences.length(sequence) > 0) {
            removeFrom(context, sequence, 0);
            sequences.setLength(sequence, 0);
        }
    }

    private void removeFrom(MemorySegment context, int sequence, int position) {
        if (!build.removePositions(context, sequence, position, -1)) {
            throw new NativeCallException(
                    "llama_memory_seq_rm",
                    0,
                    "sequence " + sequence,
                    "positions from " + position + " cannot be removed");
        }
    }

    /** Makes one sequence equal to another, whatever it was before. */
    public void copySequence(int source, int target) {
        MemorySegment context = owned();
        int length = sequences.length(source);
        sequences.require(target);
        if (source == target) {
            return;
        }
        empty(context, target);
        if (length > 0) {
            build.copySequence(context, source, target);
            sequences.setLength(target, length);
        }
    }

    /** Takes a copy of a sequence. */
    public SequenceState save(int sequence) {
        MemorySegment context = owned();
        int length = sequences.length(sequence);
        long size = functions.stateSize(context, sequence);
        MemorySegment bytes = Arena.ofAuto().allocate(Math.max(1, size));
        long written = functions.saveState(context, bytes, sequence);
        if (written == 0 || written > size) {
            throw new NativeCallException(
                    "llama_state_seq_get_data",
                    (int) written,
                    "sequence " + sequence,
                    size + " bytes were expected");
        }
        return new SequenceState(model, options, length, bytes.asSlice(0, written));
    }

    /**
     * Replaces a sequence by a copy that was taken before, in this or another context.
     *
     * @throws IllegalArgumentException if the state is of another model or kind of context, or has
     *     more tokens than a sequence has room for
     */
    public void restore(int sequence, SequenceState state) {
        MemorySegment context = owned();
        sequences.require(sequence);
        MemorySegment bytes = state.requireFit(model, options);
        if (state.length() > sequences.capacity()) {
            throw new IllegalArgumentException(
                    "the state has %d tokens, a sequence has room for %d"
                            .formatted(state.length(), sequences.capacity()));
        }
        empty(context, sequence);
        if (state.length() > 0) {
            long read = functions.restoreState(context, bytes, sequence);
            if (read == 0) {
                throw new NativeCallException(
                        "llama_state_seq_set_data",
                        0,
                        "sequence " + sequence,
                        "the state was not taken");
            }
            sequences.setLength(sequence, state.length());
        }
    }

    /**
     * Replaces the adapters that are put on the model in this context; none for an empty list.
     *
     * <p>What the sequences hold already was computed with the adapters of before; callers clear
     * them unless they mean that.
     *
     * @throws IllegalArgumentException if an adapter is for another model or named twice
     * @throws IllegalStateException if an adapter is closed
     */
    public void setAdapters(List<ScaledAdapter> wanted) {
        adapters.replace(owned(), wanted);
    }

    /** The adapters that are put on the model in this context. */
    public List<ScaledAdapter> adapters() {
        return adapters.list();
    }

    /** Changes the number of threads for single tokens and for prompts. */
    public void setThreads(int threads, int batchThreads) {
        if (threads < 1 || batchThreads < 1) {
            throw new IllegalArgumentException(
                    "threads must be at least 1, got %d and %d".formatted(threads, batchThreads));
        }
        functions.setThreads(owned(), threads, batchThreads);
    }

    /**
     * Makes the decode that is running, or else the next one, end with {@link
     * DecodeOutcome#ABORTED}. May be called by any thread.
     */
    public void abort() {
        MemorySegment flag = abortFlag;
        try {
            flag.set(JAVA_BYTE, 0, (byte) 1);
        } catch (IllegalStateException e) {
            throw new IllegalStateException("LlamaContext is closed", e);
        }
    }

    /** Gives the context up, so that another thread may use it from now on. */
    public void handOver() {
        owned();
        owner.release();
    }

    private MemorySegment owned() {
        MemorySegment context = handle.address();
        owner.claim();
        return context;
    }

    /**
     * Frees the context and lets go of its adapters and model.
     *
     * @throws IllegalStateException if it is closed already, a sampler is using it, or it belongs
     *     to another thread
     */
    @Override
    public void close() {
        owned();
        MemorySegment context = handle.close();
        functions.free(context);
        adapters.release();
        arena.close();
        model.handle().release();
    }
}
