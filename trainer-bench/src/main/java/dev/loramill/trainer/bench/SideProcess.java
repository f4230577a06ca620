package dev.loramill.trainer.bench;

import dev.loramill.process.ChildCommand;
import dev.loramill.process.ChildProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** One side at work in a process of its own, which prints JSON lines; its steps are shown. */
final class SideProcess {
    private static final int LOG_TAIL_LINES = 8;

    private final String name;
    private final ChildCommand command;
    private final Path log;
    private final PrintWriter table;

    SideProcess(String name, ChildCommand command, Path log, PrintWriter table) {
        this.name = name;
        this.command = command;
        this.log = log;
        this.table = table;
    }

    /**
     * Runs to the end and gives its steps.
     *
     * @param stepOf takes each line, in order, and tells what it says of a step, if it is one
     * @throws IOException if the process fails or takes no step
     */
    List<StepFigures> run(Function<String, Optional<StepFigures>> stepOf)
            throws IOException, InterruptedException {
        say("starting");
        List<StepFigures> steps = new ArrayList<>();
        try (ChildProcess process = command.errors(Redirect.to(log.toFile())).start()) {
            int status =
                    process.readLines(line ->
                            stepOf.apply(line)
                                    .ifPresent(step -> {
                                        steps.add(step);
                                        say(
                                                String.format(
                                                        Locale.ROOT,
                                                        "step %d  loss %.4f  %.0f tokens/s",
                                                        steps.size(),
                                                        step.loss(),
                                                        step.tokensPerSecond()));
                                    }));
            if (status != 0 || steps.isEmpty()) {
                throw new IOException(
                        name
                                + " ended with "
                                + status
                                + "; its log ends:\n"
                                + process.logTail(LOG_TAIL_LINES));
            }
        }
        return steps;
    }

    /** Shows what it is at. */
    void say(String what) {
        table.printf("  %-8s  %s%n", name, what);
        table.flush();
    }
}
