package dev.loramill.artifacts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledWriterTest {
    private static final Duration LATER = Duration.ofHours(1);

    @TempDir Path directory;

    @Test
    void whatAKilledProcessWroteIsNeverVisibleAndIsSweptAway() throws Exception {
        JavaCommand command =
                JavaCommand.ofMain(KilledWriter.class.getName()).arguments(directory.toString());
        try (ChildProcess writer = command.child().start()) {
            writer.readLines(line -> {
                assertThat(line).isEqualTo("written");
                assertThat(temporaryFiles()).hasSize(1);

                TemporaryFiles temporaryFiles = new TemporaryFiles(directory.resolve("tmp"));
                temporaryFiles.sweep(Instant.now().plus(LATER));
                assertThat(temporaryFiles()).as("of a living writer").hasSize(1);

                writer.handle().destroyForcibly();
            });

            assertThat(artifacts()).isEmpty();
            new TemporaryFiles(directory.resolve("tmp")).sweep(Instant.now().plus(LATER));
            assertThat(temporaryFiles()).as("of a dead writer").isEmpty();
        }
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
