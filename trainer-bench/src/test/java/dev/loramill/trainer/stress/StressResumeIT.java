package dev.loramill.trainer.stress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StressResumeIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir Path directory;

    /** The moments are random, some checkpoints are damaged; the command compares. */
    @Test
    void runsThatAreKilledAtRandomStepsRepeatTheirLosses() throws Exception {
        Path output = directory.resolve("output.txt");
        Path errors = directory.resolve("errors.txt");
        List<String> command =
                List.of(
                        Path.of(property("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules=jdk.incubator.vector",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        property("java.class.path"),
                        StressCommand.class.getName(),
                        "resume",
                        "--rounds",
                        "2",
                        "--seed",
                        "7");

        int exitCode =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start()
                        .waitFor();

        assertThat(exitCode).as(Files.readString(errors)).isZero();
        JsonNode figures = JSON.readTree(Files.readAllLines(output).getLast());
        assertThat(figures.path("equalRounds").asInt()).isEqualTo(2);
        assertThat(figures.path("kills").asInt()).isPositive();
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }
}
