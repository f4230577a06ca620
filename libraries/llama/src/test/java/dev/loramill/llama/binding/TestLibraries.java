package dev.loramill.llama.binding;

import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

/** java-llama.cpp's library always, and the current build where it was fetched. */
public final class TestLibraries {
    private TestLibraries() {}

    /** The libraries of this machine. */
    public static Stream<LlamaLibrary> all() {
        Set<NativesSource> sources = new LinkedHashSet<>();
        sources.add(new NativesSource.JavaLlamaJar());
        sources.add(NativesLookup.find());
        return sources.stream().map(LlamaLibrary::load);
    }
}
