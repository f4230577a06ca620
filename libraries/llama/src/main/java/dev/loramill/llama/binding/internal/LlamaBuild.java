package dev.loramill.llama.binding.internal;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/** What differs between the pinned builds of llama.cpp. */
public sealed interface LlamaBuild permits CurrentBuild, JavaLlamaBuild {

    /** Short name of the build. */
    String name();

    /** Version that the build reports or is known by. */
    String version();

    /** Whether several contexts may decode at the same time. */
    boolean decodesInParallel();

    /** Types of base weights that an adapter may be put on. */
    Set<GgmlType> loraBaseTypes();

    /** A loaded model, or NULL. */
    MemorySegment loadModel(Arena scratch, MemorySegment path, ModelSettings settings);

    /**
     * A context, or NULL.
     *
     * @param abortFlag a C string; a decode is aborted while it is not empty
     */
    MemorySegment createContext(
            Arena scratch, MemorySegment model, ContextSettings settings, MemorySegment abortFlag);

    /** Replaces the adapters of a context; the result is 0 if all is well. */
    int setAdapters(MemorySegment context, MemorySegment[] adapters, float[] scales);

    /** Forgets all sequences. */
    void clearMemory(MemorySegment context);

    /** Forgets the positions {@code [from, to)} of a sequence; -1 stands for no bound. */
    boolean removePositions(MemorySegment context, int sequence, int from, int to);

    /** Makes one sequence, which must be empty, equal to another. */
    void copySequence(MemorySegment context, int source, int target);

    /** The last position of a sequence, or -1. */
    int lastPosition(MemorySegment context, int sequence);

    /** Positions that one sequence has room for. */
    int sequenceCapacity(MemorySegment context, int contextLength, int sequences);
}
