package dev.loramill.worker.agent;

import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.trainer.TrainerJob;
import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.process.ChildCommand;
import dev.loramill.process.ChildProcess;
import dev.loramill.process.LineHandler;
import dev.loramill.process.ParentWatch;
import dev.loramill.process.SilentChildException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the trainer as a child process, and again from its own checkpoints when it crashes. */
final class TrainerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(TrainerProcess.class);
    private static final int EXIT_INVALID_INPUT = 2;

    private final TrainerInstallation installation;
    private final AgentConfig.Trainer config;

    TrainerProcess(TrainerInstallation installation, AgentConfig.Trainer config) {
        this.installation = installation;
        this.config = config;
    }

    /** The trainer that it runs. */
    TrainerInstallation installation() {
        return installation;
    }

    /**
     * Trains until the adapter lies in the directory.
     *
     * @param jobId the job, for logs
     * @param onLine takes every line, in order
     * @throws AttemptFault when the trainer refuses the job, or crashed too often
     */
    TrainerLine.Finished train(String jobId, Path job, Path directory, Consumer<TrainerLine> onLine)
            throws IOException, InterruptedException, AttemptFault {
        ChildCommand command =
                installation
                        .command()
                        .options(installation.jvmOptions())
                        .options("-Xmx" + config.maxHeap())
                        .arguments("run", ParentWatch.OPTION)
                        .arguments("--job", job.toString(), "--out", directory.toString())
                        .child()
                        .environment(installation.environment())
                        .environment(Map.of(TrainerJob.ID_VARIABLE, jobId))
                        .errors(Redirect.appendTo(directory.resolve("trainer.log").toFile()));
        for (int start = 0; ; start++) {
            AtomicReference<TrainerLine> last = new AtomicReference<>(new TrainerLine.Unknown());
            Patience patience = new Patience(config.patience());
            int status;
            String endOfLog;
            String hung = "";
            try (ChildProcess trainer = command.start()) {
                LOG.atInfo()
                        .addKeyValue("jobId", jobId)
                        .addKeyValue("pid", trainer.pid())
                        .addKeyValue("start", start)
                        .log("Trainer started");
                status =
                        readLines(
                                trainer,
                                text -> {
                                    patience.heard();
                                    TrainerLine line = parse(jobId, text);
                                    if (!(line instanceof TrainerLine.Working)) {
                                        last.set(line);
                                    }
                                    onLine.accept(line);
                                },
                                patience);
                if (patience.isLost()) {
                    hung = "gave no sign of work for %s, ".formatted(patience.longest());
                }
                endOfLog = FaultText.endOfLog(trainer);
            }
            if (status == 0 && last.get() instanceof TrainerLine.Finished finished) {
                return finished;
            }
            if (last.get() instanceof TrainerLine.Failed failed) {
                throw new AttemptFault(categoryOf(failed.category()), failed.message());
            }
            if (status == EXIT_INVALID_INPUT) {
                throw new AttemptFault(
                        FaultCategory.INVALID_INPUT,
                        endOfLog.isBlank()
                                ? "the trainer ended with status %d and wrote nothing to its log"
                                        .formatted(status)
                                : endOfLog);
            }
            LOG.atWarn()
                    .addKeyValue("jobId", jobId)
                    .addKeyValue("exitStatus", status)
                    .addKeyValue("start", start)
                    .addKeyValue("reason", hung.isEmpty() ? "it ended" : hung + "it was killed")
                    .log("Trainer ended before its time");
            if (start >= config.restarts()) {
                throw new AttemptFault(
                        FaultCategory.INTERNAL,
                        "the trainer %sended with status %d and was started %d times; %s"
                                .formatted(hung, status, start + 1, FaultText.sentence(endOfLog)));
            }
        }
    }

    /** Its exit status, also where it was killed because it hung. */
    private static int readLines(ChildProcess trainer, LineHandler handler, Patience patience)
            throws IOException, InterruptedException {
        try {
            return trainer.readLinesWhileHeard(handler, patience::longest);
        } catch (SilentChildException e) {
            patience.lose();
            return trainer.exitStatus();
        }
    }

    private static TrainerLine parse(String jobId, String text) {
        try {
            return TrainerLine.read(text);
        } catch (IllegalArgumentException e) {
            LOG.atWarn()
                    .addKeyValue("jobId", jobId)
                    .addKeyValue("length", text.length())
                    .log("The trainer printed a line that is none of its own");
            return new TrainerLine.Unknown();
        }
    }

    private static FaultCategory categoryOf(TrainerLine.Fault fault) {
        return switch (fault) {
            case INVALID_INPUT -> FaultCategory.INVALID_INPUT;
            case EXHAUSTED -> FaultCategory.EXHAUSTED;
            case EXTERNAL -> FaultCategory.EXTERNAL;
            case INTERNAL -> FaultCategory.INTERNAL;
        };
    }
}
