package dev.loramill.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    record Ended(int exitCode, List<String> lines, String errors) {
        /** The lines of a run. */
        List<TrainerLine> events() {
            return lines.stream().map(TrainerLine::read).toList();
        }

        /** What a run that failed says at its end. */
        String failure() {
            return as(TrainerLine.Failed.class, events().getLast()).message();
        }
    }

    /** A line that must be of a kind. */
    static <L extends TrainerLine> L as(Class<L> kind, TrainerLine line) {
        assertThat(line).isInstanceOf(kind);
        return kind.cast(line);
    }

    /** The lines of a kind in a run's log. */
    static <L extends TrainerLine> List<L> logged(Path out, Class<L> kind) throws IOException {
        return Files.readAllLines(out.resolve("training_log.jsonl")).stream()
                .map(TrainerLine::read)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    /** Loss and gradient norm of every step, and every evaluation, to the last bit. */
    static List<String> losses(Path out) throws IOException {
        List<String> losses = new ArrayList<>();
        for (TrainerLine.Progressed step : logged(out, TrainerLine.Progressed.class)) {
            losses.add("%d %s %s".formatted(step.step(), step.loss(), step.gradientNorm()));
        }
        for (TrainerLine.Evaluated evaluated : logged(out, TrainerLine.Evaluated.class)) {
            losses.add("eval %d %s".formatted(evaluated.step(), evaluated.evalLoss()));
        }
        return losses;
    }

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
