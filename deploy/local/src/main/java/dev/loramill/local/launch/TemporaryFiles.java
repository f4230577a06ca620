package dev.loramill.local.launch;

import dev.loramill.local.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The directory of temporary files of launcher and services. */
final class TemporaryFiles {
    private TemporaryFiles() {}

    /** Empties the directory, which is made when it is not there. */
    static void delete(Path directory) throws IOException {
        PrivateFiles.directory(directory);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files =
                    walk.filter(file -> !file.equals(directory))
                            .sorted(Comparator.reverseOrder())
                            .toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
