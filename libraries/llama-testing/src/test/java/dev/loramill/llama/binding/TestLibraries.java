package dev.loramill.llama.binding;

import dev.loramill.llama.natives.NativesLookup;
import java.util.stream.Stream;

/** java-llama.cpp's library always, and the current build where it was fetched. */
public final class TestLibraries {
    private TestLibraries() {}

    /** The libraries of this machine. */
    public static Stream<LlamaLibrary> all() {
        return NativesLookup.all().stream().map(LlamaLibrary::load);
    }
}
