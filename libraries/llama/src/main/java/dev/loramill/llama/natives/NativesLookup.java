package dev.loramill.llama.natives;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the native libraries: the directory that is named explicitly, else the build that was
 * fetched into Loramill's home. The library of java-llama.cpp on the class path, which is older, is
 * taken only where it is asked for by name.
 */
public final class NativesLookup {
    /** System property that names a directory of libraries. */
    public static final String PROPERTY = "loramill.llama.natives";

    /** Environment variable that names a directory of libraries. */
    public static final String VARIABLE = "LORAMILL_LLAMA_NATIVES";

    /** System property that names what is taken where no build was fetched. */
    public static final String FALLBACK_PROPERTY = "loramill.llama.natives.fallback";

    /** Environment variable that names what is taken where no build was fetched. */
    public static final String FALLBACK_VARIABLE = "LORAMILL_LLAMA_NATIVES_FALLBACK";

    /** Value of all of these that asks for java-llama.cpp's library. */
    public static final String CLASS_PATH = "classpath";

    private NativesLookup() {}

    /**
     * The source to load.
     *
     * @throws NativesException if there is none that was asked for, or the directory that is named
     *     explicitly holds no build; says what to do
     */
    public static NativesSource find() {
        return find(named(), namedHome(), namedFallback(), Path.of("").toAbsolutePath());
    }

    /**
     * The source to load; empty where no build was fetched and nothing else is named.
     *
     * @throws NativesException if what is named holds no build
     */
    public static Optional<NativesSource> look() {
        return look(named(), namedHome(), namedFallback(), Path.of("").toAbsolutePath());
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

    private static @Nullable String named() {
        return first(System.getProperty(PROPERTY), System.getenv(VARIABLE));
    }

    private static @Nullable String namedFallback() {
        return first(System.getProperty(FALLBACK_PROPERTY), System.getenv(FALLBACK_VARIABLE));
    }

    static NativesSource find(
            @Nullable String explicit,
            @Nullable String home,
            @Nullable String fallback,
            Path workingDirectory) {
        return look(explicit, home, fallback, workingDirectory)
                .orElseThrow(() ->
                        new NativesException(
                                "no llama.cpp library: no current build was fetched into \"%s\"; fetch it by ./loramill natives fetch (with npm and a network, or of a file by --archive)%s"
                                        .formatted(
                                                homeDirectory(home, workingDirectory)
                                                        .orElse(
                                                                workingDirectory.resolve(
                                                                        ".loramill"))
                                                        .resolve("natives")
                                                        .resolve(Platform.current().label()),
                                                Platform.current().hasJavaLlama()
                                                        ? ", or ask for the library of java-llama.cpp, which is of March 2025 and lacks the fixes since, by %s=%s"
                                                                .formatted(VARIABLE, CLASS_PATH)
                                                        : "")));
    }

    private static Optional<NativesSource> look(
            @Nullable String explicit,
            @Nullable String home,
            @Nullable String fallback,
            Path workingDirectory) {
        if (explicit != null) {
            return Optional.of(named(explicit));
        }
        if (fallback != null && !fallback.equals(CLASS_PATH)) {
            throw new NativesException(
                    "%s and %s may be \"%s\" or nothing, got \"%s\""
                            .formatted(FALLBACK_PROPERTY, FALLBACK_VARIABLE, CLASS_PATH, fallback));
        }
        return fetched(home, workingDirectory)
                .or(() ->
                        fallback == null
                                ? Optional.empty()
                                : Optional.of(new NativesSource.JavaLlamaJar()));
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

    /**
     * The sources that this machine has, the one that is chosen first; for tests, benches and
     * trials that ask for each.
     */
    public static Set<NativesSource> all() {
        Set<NativesSource> sources = new LinkedHashSet<>();
        look().ifPresent(sources::add);
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
