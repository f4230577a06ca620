package dev.loramill.trainer.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.process.ChildCommand;
import dev.loramill.process.JavaCommand;
import dev.loramill.process.ParentWatch;
import dev.loramill.trainer.cli.TrainerCommand;
import dev.loramill.trainer.launch.LaunchSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Runs the trainer in a process of its own, as the agent does, and reads its figures. */
final class OwnRun {
    /** Where a run's output directory has the adapter in PEFT's format. */
    static final String PEFT_FOLDER = "peft";

    private long tokensBefore;

    private OwnRun() {}

    static RunFigures run(Path job, Path out, int warmupSteps, PrintWriter table)
            throws IOException, InterruptedException {
        ChildCommand command =
                JavaCommand.ofMain(TrainerCommand.class.getName())
                        .options(LaunchSettings.jvmOptions())
                        .arguments("run", "--json", ParentWatch.OPTION)
                        .arguments("--job", job.toString(), "--out", out.toString())
                        .child()
                        .environment(LaunchSettings.environment());
        Path log = out.resolveSibling(out.getFileName() + ".log");
        OwnRun reading = new OwnRun();
        SideProcess.Printed printed =
                new SideProcess("loramill", command, log, table).run(reading::stepOf);
        return RunFigures.of(
                printed.steps(),
                warmupSteps,
                printed.last().path("evalLoss").asDouble(),
                printed.last().path("peakMemoryBytes").asLong());
    }

    private Optional<StepFigures> stepOf(JsonNode line) {
        if (!line.path("type").asText().equals("progress")) {
            return Optional.empty();
        }
        long trained = line.path("trainedTokens").asLong();
        long tokens = trained - tokensBefore;
        tokensBefore = trained;
        Map<String, Double> parts = new LinkedHashMap<>();
        line.path("partSeconds")
                .properties()
                .forEach(part -> parts.put(part.getKey(), part.getValue().asDouble()));
        return Optional.of(
                new StepFigures(
                        line.path("loss").asDouble(),
                        tokens,
                        tokens / line.path("tokensPerSecond").asDouble(),
                        parts));
    }
}
