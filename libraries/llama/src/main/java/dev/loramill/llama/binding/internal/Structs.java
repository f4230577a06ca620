package dev.loramill.llama.binding.internal;

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

/** Parameter structs, which are passed by value and known by offset. */
final class Structs {
    private Structs() {}

    /** A struct of a size above 16 bytes, whose members do not matter to the calling convention. */
    static StructLayout opaque(int sizeBytes) {
        return MemoryLayout.structLayout(MemoryLayout.sequenceLayout(sizeBytes / 8, JAVA_LONG));
    }

    /** Calls a function without arguments that returns a struct. */
    static MemorySegment defaults(MethodHandle function, String name, Arena arena) {
        try {
            return (MemorySegment) function.invokeExact((SegmentAllocator) arena);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(name, t);
        }
    }

    /** Proves that a build lays a struct out as we write it. */
    static void check(String build, String function, MemorySegment struct, String expectedHex) {
        String hex = HexFormat.of().formatHex(struct.toArray(JAVA_BYTE));
        if (!hex.equals(expectedHex)) {
            throw new NativesException(
                    "%s of llama.cpp %s returned the bytes %s, known are %s; this build has another layout"
                            .formatted(function, build, hex, expectedHex));
        }
    }
}
