package dev.loramill.llama.binding.internal;

import java.lang.foreign.MemorySegment;

/**
 * The function that llama.cpp asks between two operations whether to abort.
 *
 * <p>It is C's {@code strlen}: the data pointer is a C string, and an empty one means to go on. So
 * asking, which happens some thousand times a decode, does not enter the JVM.
 */
final class AbortCallback {
    static final MemorySegment FUNCTION = Symbols.LINKER.defaultLookup().findOrThrow("strlen");

    private AbortCallback() {}
}
