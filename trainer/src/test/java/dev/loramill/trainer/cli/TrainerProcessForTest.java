package dev.loramill.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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
        List<String> command = new ArrayList<>();
        command.add(
                Path.of(Objects.requireNonNull(System.getProperty("java.home")), "bin", "java")
                        .toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--add-modules=jdk.incubator.vector");
        command.add("-XX:+UseSerialGC");
        command.add("-Xmx256m");
        command.add("-cp");
        command.add(Objects.requireNonNull(System.getProperty("java.class.path")));
        command.add(TrainerCommand.class.getName());
        command.addAll(List.of(arguments));
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
