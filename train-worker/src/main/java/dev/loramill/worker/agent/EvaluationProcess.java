package dev.loramill.worker.agent;

import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.EventJson;
import dev.loramill.events.trainer.EvaluationJob;
import dev.loramill.events.trainer.EvaluationReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs the evaluation of an adapter as a child process. */
final class EvaluationProcess {
    private EvaluationProcess() {}

    /**
     * Asks base and adapter the probe questions.
     *
     * @throws AttemptFault when the process ends badly
     */
    static EvaluationReport run(TrainerInstallation trainer, EvaluationJob job, Path directory)
            throws IOException, InterruptedException, AttemptFault {
        Path jobFile = directory.resolve("evaluation-job.json");
        Path reportFile = directory.resolve("evaluation.json");
        Files.write(jobFile, EventJson.mapper().writeValueAsBytes(job));
        ChildJvm jvm =
                new ChildJvm(
                        trainer.classPath(),
                        trainer.mainClass(),
                        List.of(
                                "evaluate",
                                "--exit-with-parent",
                                "--job",
                                jobFile.toString(),
                                "--out",
                                reportFile.toString()),
                        List.of(
                                "-Xmx512m",
                                "--enable-native-access=ALL-UNNAMED",
                                "--add-modules=jdk.incubator.vector"),
                        Map.of(),
                        directory.resolve("evaluation.log"));
        try (ChildJvm.Running evaluation = jvm.start()) {
            int status = evaluation.readLines(line -> {});
            if (status != 0) {
                throw new AttemptFault(
                        FaultCategory.INTERNAL,
                        "the evaluation ended with status %d; its log ends: %s"
                                .formatted(status, evaluation.logTail()));
            }
        }
        return EventJson.mapper().readValue(reportFile.toFile(), EvaluationReport.class);
    }
}
