package dev.loramill.worker.agent;

import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.EventJson;
import dev.loramill.events.trainer.EvaluationJob;
import dev.loramill.events.trainer.EvaluationReport;
import dev.loramill.events.trainer.TrainerJob;
import dev.loramill.process.ChildCommand;
import dev.loramill.process.ChildProcess;
import dev.loramill.process.ParentWatch;
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
     * @throws AttemptFault when the process ends badly
     */
    static EvaluationReport run(
            TrainerInstallation trainer, String jobId, EvaluationJob job, Path directory)
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
            int status = evaluation.readLines(line -> {});
            if (status != 0) {
                throw new AttemptFault(
                        FaultCategory.INTERNAL,
                        "the evaluation ended with status %d; %s"
                                .formatted(
                                        status,
                                        FaultText.sentence(FaultText.endOfLog(evaluation))));
            }
        }
        return EventJson.mapper().readValue(reportFile.toFile(), EvaluationReport.class);
    }
}
