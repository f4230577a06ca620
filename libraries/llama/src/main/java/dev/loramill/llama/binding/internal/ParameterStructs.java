package dev.loramill.llama.binding.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.loramill.llama.natives.NativesException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.HexFormat;
import java.util.List;

/**
 * The functions that make models and contexts, and the structs of parameters that they take by
 * value, whose members builds know by offset.
 */
record ParameterStructs(
        MethodHandle modelDefaults,
        MethodHandle contextDefaults,
        MethodHandle loadModel,
        MethodHandle createContext) {
    private static final String MODEL_DEFAULTS = "llama_model_default_params";
    private static final String CONTEXT_DEFAULTS = "llama_context_default_params";
    private static final String LOAD_MODEL = "llama_model_load_from_file";
    private static final String CREATE_CONTEXT = "llama_init_from_model";

    /** Links the functions for structs of these sizes in bytes. */
    static ParameterStructs link(Symbols symbols, int modelBytes, int contextBytes) {
        StructLayout model = opaque(modelBytes);
        StructLayout context = opaque(contextBytes);
        return new ParameterStructs(
                symbols.function(MODEL_DEFAULTS, model),
                symbols.function(CONTEXT_DEFAULTS, context),
                symbols.function(LOAD_MODEL, ADDRESS, ADDRESS, model),
                symbols.function(CREATE_CONTEXT, ADDRESS, ADDRESS, context));
    }

    /** A struct of a size above 16 bytes, whose members do not matter to the calling convention. */
    private static StructLayout opaque(int bytes) {
        return MemoryLayout.structLayout(MemoryLayout.sequenceLayout(bytes / 8, JAVA_LONG));
    }

    /**
     * Proves that a build lays its structs out as we write them, by the bytes of their defaults.
     *
     * @throws NativesException if it does not
     */
    void check(String build, List<String> modelHex, List<String> contextHex) {
        try (Arena arena = Arena.ofConfined()) {
            check(build, MODEL_DEFAULTS, model(arena), modelHex);
            check(build, CONTEXT_DEFAULTS, context(arena), contextHex);
        }
    }

    private static void check(
            String build, String function, MemorySegment struct, List<String> known) {
        String hex = HexFormat.of().formatHex(struct.toArray(JAVA_BYTE));
        if (!known.contains(hex)) {
            throw new NativesException(
                    "%s of llama.cpp %s returned the bytes %s, known are %s; this build has another layout"
                            .formatted(function, build, hex, String.join(" and ", known)));
        }
    }

    /** Parameters of a model as they are by default. */
    MemorySegment model(Arena arena) {
        return defaults(modelDefaults, MODEL_DEFAULTS, arena);
    }

    /** Parameters of a context as they are by default. */
    MemorySegment context(Arena arena) {
        return defaults(contextDefaults, CONTEXT_DEFAULTS, arena);
    }

    private static MemorySegment defaults(MethodHandle function, String name, Arena arena) {
        try {
            return (MemorySegment) function.invokeExact((SegmentAllocator) arena);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(name, t);
        }
    }

    /** A loaded model, or NULL. */
    MemorySegment loadModel(MemorySegment path, MemorySegment parameters) {
        try {
            return (MemorySegment) loadModel.invokeExact(path, parameters);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(LOAD_MODEL, t);
        }
    }

    /** A context, or NULL. */
    MemorySegment createContext(MemorySegment model, MemorySegment parameters) {
        try {
            return (MemorySegment) createContext.invokeExact(model, parameters);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(CREATE_CONTEXT, t);
        }
    }
}
