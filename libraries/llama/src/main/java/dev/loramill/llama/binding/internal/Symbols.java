package dev.loramill.llama.binding.internal;

import dev.loramill.llama.natives.NativesException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** Links the C functions of one library by name. */
final class Symbols {
    static final Linker LINKER = Linker.nativeLinker();

    private final String library;
    private final SymbolLookup lookup;

    Symbols(String library, SymbolLookup lookup) {
        this.library = library;
        this.lookup = lookup;
    }

    /** A C function with a result. */
    MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(address(name), FunctionDescriptor.of(result, arguments));
    }

    /** A C function without a result. */
    MethodHandle procedure(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(address(name), FunctionDescriptor.ofVoid(arguments));
    }

    private MemorySegment address(String name) {
        return lookup.find(name)
                .orElseThrow(() ->
                        new NativesException(
                                "the library \"%s\" has no function \"%s\""
                                        .formatted(library, name)));
    }
}
