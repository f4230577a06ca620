package dev.loramill.llama.binding.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.loramill.llama.natives.NativeFiles;
import dev.loramill.llama.natives.NativesException;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.natives.Platform;
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
        // Each is found by the next one because it is loaded already.
        Platform.BuildFiles files = Platform.current().files();
        open(directory.resolve(files.base()));
        Symbols ggml = new Symbols(files.ggml(), open(directory.resolve(files.ggml())));
        Symbols llama = new Symbols(files.llama(), open(directory.resolve(files.llama())));
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
            symbols = new Symbols("libjllama", open(file));
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
        // Windows has no setenv, and its builds read neither.
        SymbolLookup system = Symbols.LINKER.defaultLookup();
        if (system.find("setenv").isEmpty()) {
            return;
        }
        MethodHandle setenv =
                new Symbols("libc", system)
                        .function("setenv", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
        setUnlessSet(setenv, "GOMP_SPINCOUNT", "1000");
        setUnlessSet(setenv, "GGML_NO_BACKTRACE", "1");
    }

    private static void setUnlessSet(MethodHandle setenv, String name, String value) {
        int code;
        try (Arena arena = Arena.ofConfined()) {
            code = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 0);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("setenv", t);
        }
        if (code != 0) {
            throw new NativesException("setenv of \"" + name + "\" ended with code " + code);
        }
    }
}
