package dev.loramill.trainer.cli;

import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs the trainer's command line in a process of its own. */
final class TrainerProcessForTest {
    private TrainerProcessForTest() {}

    /**
     * What a process left.
     *
     * @param exitCode its exit status
     * @param lines its standard output
     * @param errors its standard error
     */
    record Ended(int exitCode, List<String> lines, String errors) {}

    static Process start(Path output, Path errors, String... arguments) throws IOException {
        List<String> command =
                JavaCommand.ofMain(TrainerCommand.class.getName())
                        .options("--enable-native-access=ALL-UNNAMED")
                        .options("--add-modules=jdk.incubator.vector")
                        .options("-XX:+UseSerialGC", "-Xmx256m")
                        .arguments(arguments)
                        .words();
        return new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
    }

    static Ended run(Path directory, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Path errors = Files.createTempFile(directory, "errors", ".txt");
        int exitCode = start(output, errors, arguments).waitFor();
        return new Ended(exitCode, Files.readAllLines(output), Files.readString(errors));
    }
}
