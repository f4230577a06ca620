package dev.loramill.llama.binding.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.natives.NativesException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * llama.cpp as {@code @node-llama-cpp} ships it: v0.5.0 in 3.22.1 and v0.4.0 in 3.21.1, which have
 * the same functions and layouts.
 */
public final class CurrentBuild implements LlamaBuild {
    private static final Set<String> VERSIONS = Set.of("0.4.0-dev", "0.5.0-dev");

    private static final int MODEL_PARAMS_BYTES = 80;
    private static final long GPU_LAYERS = 16;
    private static final long LOAD_MODE = 24;
    private static final long VOCAB_ONLY = 72;
    private static final long USE_EXTRA_BUFFERS = 74;
    private static final int LOAD_MODE_NONE = 0;
    private static final int LOAD_MODE_MMAP = 1;
    private static final String MODEL_DEFAULTS =
            "00000000000000000000000000000000ffffffff01000000ffffffff01000000"
                    + "0000000000000000000000000000000000000000000000000000000000000000"
                    + "00000000000000000000010000000000";

    private static final int CONTEXT_PARAMS_BYTES = 160;
    private static final long N_CTX = 0;
    private static final long N_BATCH = 4;
    private static final long N_UBATCH = 8;
    private static final long N_SEQ_MAX = 12;
    private static final long N_THREADS = 28;
    private static final long N_THREADS_BATCH = 32;
    private static final long FLASH_ATTENTION = 52;
    private static final long TYPE_K = 104;
    private static final long TYPE_V = 108;
    private static final long ABORT_CALLBACK = 112;
    private static final long ABORT_CALLBACK_DATA = 120;
    private static final long KV_UNIFIED = 133;
    private static final String CONTEXT_DEFAULTS =
            "0002000000080000000200000100000000000000000000000100000004000000"
                    + "0400000000000000ffffffffffffffffffffffffffffffff0000000000000000"
                    + "000080bf000080bf000080bf000080bf00000000000080bf0000000000000000"
                    + "0000000000000000010000000100000000000000000000000000000000000000"
                    + "0001010101000000000000000000000000000000000000000000000000000000";

    private static final Set<GgmlType> LORA_BASE_TYPES =
            EnumSet.of(
                    GgmlType.F32,
                    GgmlType.F16,
                    GgmlType.BF16,
                    GgmlType.Q8_0,
                    GgmlType.Q4_0,
                    GgmlType.Q4_1,
                    GgmlType.Q5_0,
                    GgmlType.Q5_1,
                    GgmlType.Q4_K,
                    GgmlType.Q5_K,
                    GgmlType.Q6_K,
                    GgmlType.IQ4_NL);

    private final String version;
    private final ParameterStructs structs;
    private final Functions functions;

    private record Functions(
            MethodHandle setAdaptersLora,
            MethodHandle getMemory,
            MethodHandle memoryClear,
            MethodHandle memorySeqRm,
            MethodHandle memorySeqCp,
            MethodHandle memorySeqPosMax,
            MethodHandle nCtxSeq) {
        static Functions link(Symbols symbols) {
            return new Functions(
                    symbols.function(
                            "llama_set_adapters_lora",
                            JAVA_INT,
                            ADDRESS,
                            ADDRESS,
                            JAVA_LONG,
                            ADDRESS),
                    symbols.function("llama_get_memory", ADDRESS, ADDRESS),
                    symbols.procedure("llama_memory_clear", ADDRESS, JAVA_BOOLEAN),
                    symbols.function(
                            "llama_memory_seq_rm",
                            JAVA_BOOLEAN,
                            ADDRESS,
                            JAVA_INT,
                            JAVA_INT,
                            JAVA_INT),
                    symbols.procedure(
                            "llama_memory_seq_cp", ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                    symbols.function("llama_memory_seq_pos_max", JAVA_INT, ADDRESS, JAVA_INT),
                    symbols.function("llama_n_ctx_seq", JAVA_INT, ADDRESS));
        }
    }

    private CurrentBuild(String version, ParameterStructs structs, Functions functions) {
        this.version = version;
        this.structs = structs;
        this.functions = functions;
    }

    /**
     * Links the build and proves its version and layouts.
     *
     * @throws NativesException if it is another build
     */
    static CurrentBuild link(Symbols symbols) {
        String version = version(symbols);
        if (!VERSIONS.contains(version)) {
            throw new NativesException(
                    "llama.cpp build \"%s\" is not known; known are %s"
                            .formatted(version, VERSIONS));
        }
        ParameterStructs structs =
                ParameterStructs.link(symbols, MODEL_PARAMS_BYTES, CONTEXT_PARAMS_BYTES);
        structs.check(version, List.of(MODEL_DEFAULTS), List.of(CONTEXT_DEFAULTS));
        return new CurrentBuild(version, structs, Functions.link(symbols));
    }

    private static String version(Symbols symbols) {
        try {
            MethodHandle handle = symbols.function("llama_version", ADDRESS);
            return NativeCalls.string((MemorySegment) handle.invokeExact());
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_version", t);
        }
    }

    @Override
    public String name() {
        return "node-llama-cpp";
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public boolean decodesInParallel() {
        return true;
    }

    @Override
    public Set<GgmlType> loraBaseTypes() {
        return LORA_BASE_TYPES;
    }

    @Override
    public MemorySegment loadModel(Arena scratch, MemorySegment path, ModelSettings settings) {
        MemorySegment params = structs.model(scratch);
        params.set(JAVA_INT, GPU_LAYERS, settings.gpuLayers());
        params.set(JAVA_INT, LOAD_MODE, settings.memoryMap() ? LOAD_MODE_MMAP : LOAD_MODE_NONE);
        params.set(JAVA_BOOLEAN, VOCAB_ONLY, settings.vocabularyOnly());
        params.set(JAVA_BOOLEAN, USE_EXTRA_BUFFERS, settings.repackWeights());
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
        params.set(JAVA_INT, FLASH_ATTENTION, settings.flashAttention() ? 1 : 0);
        params.set(JAVA_INT, TYPE_K, settings.cacheType());
        params.set(JAVA_INT, TYPE_V, settings.cacheType());
        params.set(ADDRESS, ABORT_CALLBACK, AbortCallback.FUNCTION);
        params.set(ADDRESS, ABORT_CALLBACK_DATA, abortFlag);
        params.set(JAVA_BOOLEAN, KV_UNIFIED, false);
        return structs.createContext(model, params);
    }

    @Override
    public int setAdapters(MemorySegment context, MemorySegment[] adapters, float[] scales) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointers = arena.allocate(ADDRESS, Math.max(1, adapters.length));
            for (int i = 0; i < adapters.length; i++) {
                pointers.setAtIndex(ADDRESS, i, adapters[i]);
            }
            MemorySegment factors = arena.allocate(JAVA_FLOAT, Math.max(1, scales.length));
            MemorySegment.copy(scales, 0, factors, JAVA_FLOAT, 0, scales.length);
            return (int)
                    functions.setAdaptersLora.invokeExact(
                            context, pointers, (long) adapters.length, factors);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_set_adapters_lora", t);
        }
    }

    private MemorySegment memory(MemorySegment context) {
        try {
            return (MemorySegment) functions.getMemory.invokeExact(context);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_get_memory", t);
        }
    }

    @Override
    public void clearMemory(MemorySegment context) {
        MemorySegment memory = memory(context);
        try {
            functions.memoryClear.invokeExact(memory, true);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_memory_clear", t);
        }
    }

    @Override
    public boolean removePositions(MemorySegment context, int sequence, int from, int to) {
        MemorySegment memory = memory(context);
        try {
            return (boolean) functions.memorySeqRm.invokeExact(memory, sequence, from, to);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_memory_seq_rm", t);
        }
    }

    @Override
    public void copySequence(MemorySegment context, int source, int target) {
        MemorySegment memory = memory(context);
        try {
            functions.memorySeqCp.invokeExact(memory, source, target, -1, -1);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_memory_seq_cp", t);
        }
    }

    @Override
    public int lastPosition(MemorySegment context, int sequence) {
        MemorySegment memory = memory(context);
        try {
            return (int) functions.memorySeqPosMax.invokeExact(memory, sequence);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_memory_seq_pos_max", t);
        }
    }

    @Override
    public int sequenceCapacity(MemorySegment context, int contextLength, int sequences) {
        try {
            return (int) functions.nCtxSeq.invokeExact(context);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_n_ctx_seq", t);
        }
    }
}
