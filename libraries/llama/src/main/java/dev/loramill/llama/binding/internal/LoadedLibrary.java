package dev.loramill.llama.binding.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.loramill.llama.natives.NativeFiles;
import dev.loramill.llama.natives.NativesException;
import dev.loramill.llama.natives.NativesSource;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The linked functions of one library, which stays loaded as long as the process lives. */
public record LoadedLibrary(
        LlamaBuild build,
        ModelApi models,
        ContextApi contexts,
        VocabularyApi vocabularies,
        SamplerApi samplers,
        NativeLog log) {

    /**
     * Checks, loads and links a library.
     *
     * @throws NativesException if it is missing, foreign or cannot be loaded
     */
    public static LoadedLibrary load(NativesSource source) {
        prepareEnvironment();
        return switch (source) {
            case NativesSource.FetchedBuild build -> loadFetched(build);
            case NativesSource.JavaLlamaJar() -> loadJavaLlama();
        };
    }

    private static LoadedLibrary loadFetched(NativesSource.FetchedBuild source) {
        NativeFiles.check(source);
        Path directory = source.directory().toAbsolutePath();
        open(directory.resolve("libggml-base.so"));
        Symbols ggml =
                new Symbols("libggml.v0.5.0.so", open(directory.resolve("libggml.v0.5.0.so")));
        Symbols llama =
                new Symbols("libllama.v0.5.0.so", open(directory.resolve("libllama.v0.5.0.so")));
        CurrentBuild build = CurrentBuild.link(llama);
        NativeLog log = NativeLog.install(build.name(), llama);
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle loadBackends = ggml.procedure("ggml_backend_load_all_from_path", ADDRESS);
            loadBackends.invokeExact(arena.allocateFrom(directory.toString()));
        } catch (Throwable t) {
            throw NativeCalls.unexpected("ggml_backend_load_all_from_path", t);
        }
        return link(build, llama, log);
    }

    private static LoadedLibrary loadJavaLlama() {
        Path file = NativeFiles.extractJavaLlama();
        Symbols symbols;
        try {
            symbols = new Symbols("libjllama.so", open(file));
        } finally {
            // Once loaded, the mapping needs no name.
            file.toFile().delete();
        }
        JavaLlamaBuild build = JavaLlamaBuild.link(symbols);
        return link(build, symbols, NativeLog.install(build.name(), symbols));
    }

    private static LoadedLibrary link(LlamaBuild build, Symbols symbols, NativeLog log) {
        try {
            MethodHandle initialise = symbols.procedure("llama_backend_init");
            initialise.invokeExact();
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_backend_init", t);
        }
        return new LoadedLibrary(
                build,
                ModelApi.link(symbols),
                ContextApi.link(symbols),
                VocabularyApi.link(symbols),
                SamplerApi.link(symbols),
                log);
    }

    private static SymbolLookup open(Path file) {
        try {
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new NativesException(
                    "the library \"%s\" cannot be loaded: %s (java-llama.cpp needs the system package libgomp1)"
                            .formatted(file.getFileName(), e.getMessage()),
                    e);
        }
    }

    /**
     * Sets what native code reads from the environment, unless a person did: OpenMP threads that
     * spin briefly instead of burning a core, and no debugger started on an abort.
     */
    private static void prepareEnvironment() {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle setenv =
                    new Symbols("libc", Symbols.LINKER.defaultLookup())
                            .function("setenv", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
            int ignored =
                    (int)
                            setenv.invokeExact(
                                    arena.allocateFrom("GOMP_SPINCOUNT"),
                                    arena.allocateFrom("1000"),
                                    0);
            ignored +=
                    (int)
                            setenv.invokeExact(
                                    arena.allocateFrom("GGML_NO_BACKTRACE"),
                                    arena.allocateFrom("1"),
                                    0);
            if (ignored != 0) {
                throw new NativesException("setenv failed");
            }
        } catch (Throwable t) {
            throw NativeCalls.unexpected("setenv", t);
        }
    }
}
