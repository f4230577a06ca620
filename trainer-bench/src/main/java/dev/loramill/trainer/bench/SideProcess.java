package dev.loramill.trainer.bench;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    private final ProcessBuilder builder;
    private final Path log;
    private final PrintWriter table;

    SideProcess(String name, ProcessBuilder builder, Path log, PrintWriter table) {
        this.name = name;
        this.builder = builder;
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
        Process process = builder.redirectError(log.toFile()).start();
        List<StepFigures> steps = new ArrayList<>();
        JsonNode last = JSON.createObjectNode();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
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
        } finally {
            process.destroyForcibly();
        }
        int exitCode = process.waitFor();
        if (exitCode != 0 || steps.isEmpty()) {
            throw new IOException(
                    name + " ended with " + exitCode + "; its log ends:\n" + logTail());
        }
        return new Printed(steps, last);
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

    private String logTail() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    }
}
