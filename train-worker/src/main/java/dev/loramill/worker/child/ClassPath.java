package dev.loramill.worker.child;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The class path that child processes get: the same jars as this process. */
final class ClassPath {
    private ClassPath() {}

    /** The java command that runs this process. */
    static Path java() {
        return Path.of(property("java.home"), "bin", "java");
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }

    /**
     * The class path of this process; of a Quarkus fast-jar the jars behind its runner, which loads
     * them by a class loader of its own.
     */
    static String ofThisProcess() throws IOException {
        String declared = property("java.class.path");
        Path first = Path.of(declared.split(File.pathSeparator, 2)[0]).toAbsolutePath();
        if (!first.endsWith("quarkus-run.jar")) {
            return declared;
        }
        Path application = first.resolveSibling("");
        List<Path> jars = new ArrayList<>();
        for (String folder : List.of("app", "lib/main", "lib/boot")) {
            try (Stream<Path> files = Files.list(application.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(jars::add);
            }
        }
        return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
}
