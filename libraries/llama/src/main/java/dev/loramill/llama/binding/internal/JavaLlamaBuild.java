package dev.loramill.llama.binding.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** llama.cpp b4916 as java-llama.cpp 4.2.0 ships it. */
public final class JavaLlamaBuild implements LlamaBuild {
    private static final String VERSION = "b4916";

    private static final int MODEL_PARAMS_BYTES = 64;
    private static final long GPU_LAYERS = 8;
    private static final long VOCAB_ONLY = 56;
    private static final long USE_MMAP = 57;
    private static final String MODEL_DEFAULTS =
            "0000000000000000000000000100000000000000000000000000000000000000"
                    + "0000000000000000000000000000000000000000000000000001000000000000";

    /** Builds for macOS put all blocks on the GPU unless told otherwise. */
    private static final String MODEL_DEFAULTS_METAL =
            "0000000000000000e70300000100000000000000000000000000000000000000"
                    + "0000000000000000000000000000000000000000000000000001000000000000";

    private static final int CONTEXT_PARAMS_BYTES = 120;
    private static final long N_CTX = 0;
    private static final long N_BATCH = 4;
    private static final long N_UBATCH = 8;
    private static final long N_SEQ_MAX = 12;
    private static final long N_THREADS = 16;
    private static final long N_THREADS_BATCH = 20;
    private static final long TYPE_K = 88;
    private static final long TYPE_V = 92;
    private static final long FLASH_ATTENTION = 99;
    private static final long ABORT_CALLBACK = 104;
    private static final long ABORT_CALLBACK_DATA = 112;
    private static final String CONTEXT_DEFAULTS =
            "000200000008000000020000010000000400000004000000ffffffffffffffff"
                    + "ffffffff0000000000000000000080bf0000803f000000420000803f00000000"
                    + "000080bf00000000000000000000000000000000000000000100000001000000"
                    + "000001000100000000000000000000000000000000000000";

    private static final Set<GgmlType> LORA_BASE_TYPES =
            EnumSet.of(GgmlType.F32, GgmlType.F16, GgmlType.Q8_0);

    private final ParameterStructs structs;
    private final Functions functions;

    private record Functions(
            MethodHandle setAdapterLora,
            MethodHandle clearAdapterLora,
            MethodHandle kvSelfClear,
            MethodHandle kvSelfSeqRm,
            MethodHandle kvSelfSeqCp,
            MethodHandle kvSelfSeqPosMax) {
        static Functions link(Symbols symbols) {
            return new Functions(
                    symbols.function(
                            "llama_set_adapter_lora", JAVA_INT, ADDRESS, ADDRESS, JAVA_FLOAT),
                    symbols.procedure("llama_clear_adapter_lora", ADDRESS),
                    symbols.procedure("llama_kv_self_clear", ADDRESS),
                    symbols.function(
                            "llama_kv_self_seq_rm",
                            JAVA_BOOLEAN,
                            ADDRESS,
                            JAVA_INT,
                            JAVA_INT,
                            JAVA_INT),
                    symbols.procedure(
                            "llama_kv_self_seq_cp",
                            ADDRESS,
                            JAVA_INT,
                            JAVA_INT,
                            JAVA_INT,
                            JAVA_INT),
                    symbols.function("llama_kv_self_seq_pos_max", JAVA_INT, ADDRESS, JAVA_INT));
        }
    }

    private JavaLlamaBuild(ParameterStructs structs, Functions functions) {
        this.structs = structs;
        this.functions = functions;
    }

    /** Links the build and proves its layouts. */
    static JavaLlamaBuild link(Symbols symbols) {
        ParameterStructs structs =
                ParameterStructs.link(symbols, MODEL_PARAMS_BYTES, CONTEXT_PARAMS_BYTES);
        structs.check(
                VERSION, List.of(MODEL_DEFAULTS, MODEL_DEFAULTS_METAL), List.of(CONTEXT_DEFAULTS));
        return new JavaLlamaBuild(structs, Functions.link(symbols));
    }

    @Override
    public String name() {
        return "java-llama.cpp";
    }

    @Override
    public String version() {
        return VERSION;
    }

    @Override
    public boolean decodesInParallel() {
        return false;
    }

    @Override
    public Set<GgmlType> loraBaseTypes() {
        return LORA_BASE_TYPES;
    }

    @Override
    public MemorySegment loadModel(Arena scratch, MemorySegment path, ModelSettings settings) {
        MemorySegment params = structs.model(scratch);
        params.set(JAVA_INT, GPU_LAYERS, 0);
        params.set(JAVA_BOOLEAN, VOCAB_ONLY, settings.vocabularyOnly());
        params.set(JAVA_BOOLEAN, USE_MMAP, settings.memoryMap());
        return structs.loadModel(path, params);
    }

    @Override
    public MemorySegment createContext(
            Arena scratch, MemorySegment model, ContextSettings settings, MemorySegment abortFlag) {
        MemorySegment params = structs.context(scratch);
        params.set(JAVA_INT, N_CTX, settings.contextLength());
        params.set(JAVA_INT, N_BATCH, settings.batchSize());
        params.set(JAVA_INT, N_UBATCH, settings.microBatchSize());
        params.set(JAVA_INT, N_SEQ_MAX, settings.sequences());
        params.set(JAVA_INT, N_THREADS, settings.threads());
        params.set(JAVA_INT, N_THREADS_BATCH, settings.batchThreads());
        params.set(JAVA_BOOLEAN, FLASH_ATTENTION, settings.flashAttention());
        params.set(JAVA_INT, TYPE_K, settings.cacheType());
        params.set(JAVA_INT, TYPE_V, settings.cacheType());
        params.set(ADDRESS, ABORT_CALLBACK, AbortCallback.FUNCTION);
        params.set(ADDRESS, ABORT_CALLBACK_DATA, abortFlag);
        return structs.createContext(model, params);
    }

    @Override
    public int setAdapters(MemorySegment context, MemorySegment[] adapters, float[] scales) {
        try {
            functions.clearAdapterLora.invokeExact(context);
            for (int i = 0; i < adapters.length; i++) {
                int code =
                        (int) functions.setAdapterLora.invokeExact(context, adapters[i], scales[i]);
                if (code != 0) {
                    return code;
                }
            }
            return 0;
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_set_adapter_lora", t);
        }
    }

    @Override
    public void clearMemory(MemorySegment context) {
        try {
            functions.kvSelfClear.invokeExact(context);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_kv_self_clear", t);
        }
    }

    @Override
    public boolean removePositions(MemorySegment context, int sequence, int from, int to) {
        try {
            return (boolean) functions.kvSelfSeqRm.invokeExact(context, sequence, from, to);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_kv_self_seq_rm", t);
        }
    }

    @Override
    public void copySequence(MemorySegment context, int source, int target) {
        try {
            functions.kvSelfSeqCp.invokeExact(context, source, target, -1, -1);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_kv_self_seq_cp", t);
        }
    }

    @Override
    public int lastPosition(MemorySegment context, int sequence) {
        try {
            return (int) functions.kvSelfSeqPosMax.invokeExact(context, sequence);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_kv_self_seq_pos_max", t);
        }
    }

    @Override
    public int sequenceCapacity(MemorySegment context, int contextLength, int sequences) {
        return contextLength / sequences;
    }
}
