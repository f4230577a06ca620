package dev.loramill.trainer.stress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.process.JavaCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
                JavaCommand.ofMain(StressCommand.class.getName())
                        .options("--enable-native-access=ALL-UNNAMED")
                        .options("--add-modules=jdk.incubator.vector")
                        .options("-XX:+UseSerialGC", "-Xmx256m")
                        .arguments("resume", "--rounds", "2", "--seed", "7")
                        .words();

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
}
