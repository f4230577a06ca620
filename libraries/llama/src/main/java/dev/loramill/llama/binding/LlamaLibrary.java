package dev.loramill.llama.binding;

import dev.loramill.llama.binding.internal.LlamaBuild;
import dev.loramill.llama.binding.internal.LoadedLibrary;
import dev.loramill.llama.natives.NativesException;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A native llama.cpp library, loaded once and for as long as the process lives. */
public final class LlamaLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(LlamaLibrary.class);
    private static final Map<NativesSource, LlamaLibrary> LOADED = new ConcurrentHashMap<>();

    private final LoadedLibrary functions;
    private final LlamaCapabilities capabilities;
    private final ReentrantLock computing = new ReentrantLock();

    private LlamaLibrary(LoadedLibrary functions) {
        this.functions = functions;
        LlamaBuild build = functions.build();
        this.capabilities =
                new LlamaCapabilities(
                        build.name(),
                        build.version(),
                        build.decodesInParallel(),
                        build.loraBaseTypes());
    }

    /**
     * The library that {@link NativesLookup#find()} chooses.
     *
     * @throws NativesException if it is missing, foreign or cannot be loaded
     */
    public static LlamaLibrary load() {
        return load(NativesLookup.find());
    }

    /**
     * The library of a source; loaded at the first call.
     *
     * @throws NativesException if it is missing, foreign or cannot be loaded
     */
    public static LlamaLibrary load(NativesSource source) {
        return LOADED.computeIfAbsent(
                source,
                wanted -> {
                    LlamaLibrary library = new LlamaLibrary(LoadedLibrary.load(wanted));
                    LOG.atInfo()
                            .addKeyValue("library", library.capabilities.name())
                            .addKeyValue("llamaVersion", library.capabilities.version())
                            .addKeyValue("source", wanted.describe())
                            .log("Loaded llama.cpp");
                    return library;
                });
    }

    /** What this library can do. */
    public LlamaCapabilities capabilities() {
        return capabilities;
    }

    LoadedLibrary functions() {
        return functions;
    }

    /** Runs a computation, alone in the process where the library cannot do better. */
    int compute(IntSupplier computation) {
        if (capabilities.parallelDecode()) {
            return computation.getAsInt();
        }
        computing.lock();
        try {
            return computation.getAsInt();
        } finally {
            computing.unlock();
        }
    }
}
