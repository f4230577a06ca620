package dev.loramill.llama.natives;

import java.nio.file.Path;

/** A place that native libraries can be loaded from. */
public sealed interface NativesSource {

    /** In a few words, for logs and people. */
    String describe();

    /** As {@link NativesLookup#named} takes it, to tell a child process. */
    String name();

    /**
     * The current llama.cpp build, in a directory of its own.
     *
     * @param directory holds the libraries of {@code @node-llama-cpp}, checked against their pins
     */
    record FetchedBuild(Path directory) implements NativesSource {
        @Override
        public String describe() {
            return "the fetched build in \"" + directory + "\"";
        }

        @Override
        public String name() {
            return directory.toString();
        }
    }

    /** The library inside java-llama.cpp's jar. */
    record JavaLlamaJar() implements NativesSource {
        @Override
        public String describe() {
            return "java-llama.cpp from the class path";
        }

        @Override
        public String name() {
            return NativesLookup.CLASS_PATH;
        }
    }
}
