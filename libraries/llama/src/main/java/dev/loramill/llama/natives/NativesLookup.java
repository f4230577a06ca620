package dev.loramill.llama.natives;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the native libraries: the directory that is named explicitly, else the build that was
 * fetched into Loramill's home, else java-llama.cpp from the class path.
 */
public final class NativesLookup {
    /** System property that names a directory of libraries. */
    public static final String PROPERTY = "loramill.llama.natives";

    /** Environment variable that names a directory of libraries. */
    public static final String VARIABLE = "LORAMILL_LLAMA_NATIVES";

    /** Value of {@link #PROPERTY} and {@link #VARIABLE} that asks for java-llama.cpp's library. */
    public static final String CLASS_PATH = "classpath";

    private NativesLookup() {}

    /**
     * The source to load.
     *
     * @throws NativesException if the directory that is named explicitly holds no build
     */
    public static NativesSource find() {
        return find(
                first(System.getProperty(PROPERTY), System.getenv(VARIABLE)),
                first(System.getProperty("loramill.home"), System.getenv("LORAMILL_HOME")),
                Path.of("").toAbsolutePath());
    }

    static NativesSource find(
            @Nullable String explicit, @Nullable String home, Path workingDirectory) {
        if (explicit != null) {
            if (explicit.equals(CLASS_PATH)) {
                return new NativesSource.JavaLlamaJar();
            }
            Path directory = Path.of(explicit);
            if (!holdsBuild(directory)) {
                throw new NativesException(
                        "the directory \"%s\" named by %s or %s holds no library of llama.cpp; fetch one there, or name \"%s\""
                                .formatted(directory, PROPERTY, VARIABLE, CLASS_PATH));
            }
            return new NativesSource.FetchedBuild(directory);
        }
        return fetched(home, workingDirectory).orElseGet(NativesSource.JavaLlamaJar::new);
    }

    private static Optional<NativesSource> fetched(@Nullable String home, Path workingDirectory) {
        String label = Platform.current().label();
        return homeDirectory(home, workingDirectory)
                .map(directory -> directory.resolve("natives").resolve(label))
                .filter(NativesLookup::holdsBuild)
                .map(NativesSource.FetchedBuild::new);
    }

    /** The directory that Loramill keeps its files in, if there is one. */
    static Optional<Path> homeDirectory(@Nullable String home, Path workingDirectory) {
        if (home != null) {
            return Optional.of(Path.of(home).toAbsolutePath());
        }
        for (Path at = workingDirectory; at != null; at = at.getParent()) {
            Path candidate = at.resolve(".loramill");
            if (Files.isDirectory(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private static boolean holdsBuild(Path directory) {
        return Files.isRegularFile(directory.resolve("libggml-base.so"));
    }

    private static @Nullable String first(@Nullable String one, @Nullable String other) {
        return one != null && !one.isBlank()
                ? one
                : other == null || other.isBlank() ? null : other;
    }
}
