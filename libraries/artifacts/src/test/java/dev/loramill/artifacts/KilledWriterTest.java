package dev.loramill.artifacts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledWriterTest {
    private static final Duration LATER = Duration.ofHours(1);

    @TempDir Path directory;

    @Test
    void whatAKilledProcessWroteIsNeverVisibleAndIsSweptAway() throws Exception {
        Process writer =
                new ProcessBuilder(
                                Path.of(property("java.home"), "bin", "java").toString(),
                                "-cp",
                                property("java.class.path"),
                                KilledWriter.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(output.readLine()).isEqualTo("written");
            assertThat(temporaryFiles()).hasSize(1);

            TemporaryFiles temporaryFiles = new TemporaryFiles(directory.resolve("tmp"));
            temporaryFiles.sweep(Instant.now().plus(LATER));
            assertThat(temporaryFiles()).as("of a living writer").hasSize(1);

            writer.destroyForcibly().waitFor();

            assertThat(artifacts()).isEmpty();
            temporaryFiles.sweep(Instant.now().plus(LATER));
            assertThat(temporaryFiles()).as("of a dead writer").isEmpty();
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name));
    }

    private List<Path> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("tmp"))) {
            return files.toList();
        }
    }

    private List<Path> artifacts() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("sha256"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
