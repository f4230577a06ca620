package dev.loramill.worker.agent;

import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.EventJson;
import dev.loramill.events.trainer.EvaluationJob;
import dev.loramill.events.trainer.EvaluationReport;
import dev.loramill.events.trainer.TrainerJob;
import dev.loramill.process.ChildCommand;
import dev.loramill.process.ChildProcess;
import dev.loramill.process.ParentWatch;
import dev.loramill.process.SilentChildException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Runs the evaluation of an adapter as a child process. */
final class EvaluationProcess {
    private EvaluationProcess() {}

    /**
     * Asks base and adapter the probe questions.
     *
     * @param patience how long it may give no sign of work
     * @param onSign called at each sign
     * @throws AttemptFault when the process ends badly, or hangs and is killed
     */
    static EvaluationReport run(
            TrainerInstallation trainer,
            String jobId,
            EvaluationJob job,
            Path directory,
            Patience patience,
            Runnable onSign)
            throws IOException, InterruptedException, AttemptFault {
        Path jobFile = directory.resolve("evaluation-job.json");
        Path reportFile = directory.resolve("evaluation.json");
        Files.write(jobFile, EventJson.mapper().writeValueAsBytes(job));
        ChildCommand command =
                trainer.command()
                        .options(
                                "-Xmx512m",
                                "--enable-native-access=ALL-UNNAMED",
                                "--add-modules=jdk.incubator.vector")
                        .arguments("evaluate", ParentWatch.OPTION)
                        .arguments("--job", jobFile.toString(), "--out", reportFile.toString())
                        .child()
                        .environment(Map.of(TrainerJob.ID_VARIABLE, jobId))
                        .errors(Redirect.appendTo(directory.resolve("evaluation.log").toFile()));
        try (ChildProcess evaluation = command.start()) {
            int status =
                    evaluation.readLinesWhileHeard(
                            line -> {
                                patience.heard();
                                onSign.run();
                            },
                            patience::longest);
            if (status != 0) {
                throw new AttemptFault(
                        FaultCategory.INTERNAL,
                        "the evaluation ended with status %d; %s"
                                .formatted(
                                        status,
                                        FaultText.sentence(FaultText.endOfLog(evaluation))));
            }
        } catch (SilentChildException e) {
            throw new AttemptFault(
                    FaultCategory.INTERNAL, "the evaluation hung: " + e.getMessage());
        }
        return EventJson.mapper().readValue(reportFile.toFile(), EvaluationReport.class);
    }
}
