package dev.loramill.llama.natives;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
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
                namedHome(),
                Path.of("").toAbsolutePath());
    }

    /**
     * Loramill's home, which builds are fetched into: the one that is named, else the nearest
     * {@code .loramill} upwards, else that of the working directory.
     */
    public static Path home() {
        Path workingDirectory = Path.of("").toAbsolutePath();
        return homeDirectory(namedHome(), workingDirectory)
                .orElseGet(() -> workingDirectory.resolve(".loramill"));
    }

    private static @Nullable String namedHome() {
        return first(System.getProperty("loramill.home"), System.getenv("LORAMILL_HOME"));
    }

    static NativesSource find(
            @Nullable String explicit, @Nullable String home, Path workingDirectory) {
        if (explicit != null) {
            return named(explicit);
        }
        return fetched(home, workingDirectory).orElseGet(NativesSource.JavaLlamaJar::new);
    }

    /**
     * The source of a name as {@link #PROPERTY} takes it: a directory or {@link #CLASS_PATH}.
     *
     * @throws NativesException if the directory holds no build
     */
    public static NativesSource named(String name) {
        if (name.equals(CLASS_PATH)) {
            return new NativesSource.JavaLlamaJar();
        }
        Path directory = Path.of(name);
        if (!holdsBuild(directory)) {
            throw new NativesException(
                    "the directory \"%s\" named by %s or %s holds no library of llama.cpp; fetch one there, or name \"%s\""
                            .formatted(directory, PROPERTY, VARIABLE, CLASS_PATH));
        }
        return new NativesSource.FetchedBuild(directory);
    }

    /** The sources that this machine has, the one that is chosen first. */
    public static Set<NativesSource> all() {
        Set<NativesSource> sources = new LinkedHashSet<>();
        sources.add(find());
        if (Platform.current().hasJavaLlama()) {
            sources.add(new NativesSource.JavaLlamaJar());
        }
        return sources;
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
        return Files.isRegularFile(directory.resolve(Platform.current().files().base()));
    }

    private static @Nullable String first(@Nullable String one, @Nullable String other) {
        return one != null && !one.isBlank()
                ? one
                : other == null || other.isBlank() ? null : other;
    }
}
