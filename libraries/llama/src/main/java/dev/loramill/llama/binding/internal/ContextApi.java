package dev.loramill.llama.binding.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The functions on a {@code llama_context} that all builds share. */
public record ContextApi(
        MethodHandle contextFree,
        MethodHandle nCtx,
        MethodHandle decode,
        MethodHandle getLogitsIth,
        MethodHandle stateSeqGetSize,
        MethodHandle stateSeqGetData,
        MethodHandle stateSeqSetData,
        MethodHandle setNThreads) {

    /** {@code llama_batch}, which is passed by value. */
    public static final MemoryLayout BATCH =
            MemoryLayout.structLayout(
                    JAVA_INT.withName("n_tokens"),
                    MemoryLayout.paddingLayout(4),
                    ADDRESS.withName("token"),
                    ADDRESS.withName("embd"),
                    ADDRESS.withName("pos"),
                    ADDRESS.withName("n_seq_id"),
                    ADDRESS.withName("seq_id"),
                    ADDRESS.withName("logits"));

    static ContextApi link(Symbols symbols) {
        return new ContextApi(
                symbols.procedure("llama_free", ADDRESS),
                symbols.function("llama_n_ctx", JAVA_INT, ADDRESS),
                symbols.function("llama_decode", JAVA_INT, ADDRESS, BATCH),
                symbols.function("llama_get_logits_ith", ADDRESS, ADDRESS, JAVA_INT),
                symbols.function("llama_state_seq_get_size", JAVA_LONG, ADDRESS, JAVA_INT),
                symbols.function(
                        "llama_state_seq_get_data",
                        JAVA_LONG,
                        ADDRESS,
                        ADDRESS,
                        JAVA_LONG,
                        JAVA_INT),
                symbols.function(
                        "llama_state_seq_set_data",
                        JAVA_LONG,
                        ADDRESS,
                        ADDRESS,
                        JAVA_LONG,
                        JAVA_INT),
                symbols.procedure("llama_set_n_threads", ADDRESS, JAVA_INT, JAVA_INT));
    }

    /** Frees a context. */
    public void free(MemorySegment context) {
        try {
            contextFree.invokeExact(context);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_free", t);
        }
    }

    /** Cells of the key-value cache. */
    public int contextLength(MemorySegment context) {
        try {
            return (int) nCtx.invokeExact(context);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_n_ctx", t);
        }
    }

    /** 0 ok, 1 no room, 2 aborted, else a fault. */
    public int decode(MemorySegment context, MemorySegment batch) {
        try {
            return (int) decode.invokeExact(context, batch);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_decode", t);
        }
    }

    /** The logits of a batch entry, or NULL; valid until the next decode. */
    public MemorySegment logits(MemorySegment context, int index) {
        try {
            return (MemorySegment) getLogitsIth.invokeExact(context, index);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_get_logits_ith", t);
        }
    }

    /** Bytes that the state of a sequence takes. */
    public long stateSize(MemorySegment context, int sequence) {
        try {
            return (long) stateSeqGetSize.invokeExact(context, sequence);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_state_seq_get_size", t);
        }
    }

    /** Bytes written. */
    public long saveState(MemorySegment context, MemorySegment target, int sequence) {
        try {
            return (long) stateSeqGetData.invokeExact(context, target, target.byteSize(), sequence);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_state_seq_get_data", t);
        }
    }

    /** Bytes read, or 0 if the state does not fit. */
    public long restoreState(MemorySegment context, MemorySegment source, int sequence) {
        try {
            return (long) stateSeqSetData.invokeExact(context, source, source.byteSize(), sequence);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_state_seq_set_data", t);
        }
    }

    /** Sets the threads for single tokens and for batches. */
    public void setThreads(MemorySegment context, int threads, int batchThreads) {
        try {
            setNThreads.invokeExact(context, threads, batchThreads);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_set_n_threads", t);
        }
    }
}
