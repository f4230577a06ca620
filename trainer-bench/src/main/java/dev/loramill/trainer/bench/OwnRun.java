package dev.loramill.trainer.bench;

import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.process.ChildCommand;
import dev.loramill.process.JavaCommand;
import dev.loramill.process.ParentWatch;
import dev.loramill.trainer.cli.LaunchSettings;
import dev.loramill.trainer.cli.TrainerCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Runs the trainer in a process of its own, as the agent does, and reads its figures. */
final class OwnRun {
    /** Where a run's output directory has the adapter in PEFT's format. */
    static final String PEFT_FOLDER = "peft";

    private long tokensBefore;
    private TrainerLine last = new TrainerLine.Unknown();

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
        List<StepFigures> steps =
                new SideProcess("loramill", command, log, table).run(reading::stepOf);
        if (!(reading.last instanceof TrainerLine.Finished finished)) {
            throw new IOException("the trainer ended without telling its result");
        }
        return RunFigures.of(steps, warmupSteps, finished.evalLoss(), finished.peakMemoryBytes());
    }

    private Optional<StepFigures> stepOf(String line) {
        last = TrainerLine.read(line);
        if (!(last instanceof TrainerLine.Progressed step)) {
            return Optional.empty();
        }
        long tokens = step.trainedTokens() - tokensBefore;
        tokensBefore = step.trainedTokens();
        return Optional.of(
                new StepFigures(
                        step.loss(), tokens, tokens / step.tokensPerSecond(), step.partSeconds()));
    }
}
