package dev.loramill.trainer.bench;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
    private static final JsonMapper JSON = JsonMapper.builder().build();
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

    /** What a side printed: its steps, and the line it ended with. */
    record Printed(List<StepFigures> steps, JsonNode last) {}

    /**
     * Runs to the end.
     *
     * @param stepOf what a line says of a step, if it is one
     * @throws IOException if the process fails or takes no step
     */
    Printed run(Function<JsonNode, Optional<StepFigures>> stepOf)
            throws IOException, InterruptedException {
        say("starting");
        Printing printing = new Printing(stepOf);
        try (ChildProcess process = command.errors(Redirect.to(log.toFile())).start()) {
            int status = process.readLines(printing::take);
            if (status != 0 || printing.steps.isEmpty()) {
                throw new IOException(
                        name
                                + " ended with "
                                + status
                                + "; its log ends:\n"
                                + process.logTail(LOG_TAIL_LINES));
            }
        }
        return new Printed(printing.steps, printing.last);
    }

    /** What is printed, line by line. */
    private final class Printing {
        private final Function<JsonNode, Optional<StepFigures>> stepOf;
        private final List<StepFigures> steps = new ArrayList<>();
        private JsonNode last = JSON.createObjectNode();

        Printing(Function<JsonNode, Optional<StepFigures>> stepOf) {
            this.stepOf = stepOf;
        }

        void take(String line) {
            last = parse(line);
            if (last.has("state")) {
                say(last.path("state").asText());
            }
            Optional<StepFigures> step = stepOf.apply(last);
            if (step.isPresent()) {
                steps.add(step.get());
                say(
                        String.format(
                                Locale.ROOT,
                                "step %d  loss %.4f  %.0f tokens/s",
                                steps.size(),
                                step.get().loss(),
                                step.get().tokensPerSecond()));
            }
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JacksonException e) {
            // A library's own words between the lines say nothing about the measurement.
            return JSON.createObjectNode();
        }
    }

    private void say(String what) {
        table.printf("  %-8s  %s%n", name, what);
        table.flush();
    }
}
