package dev.loramill.events.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.EventJson;
import dev.loramill.events.TrainServeContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TrainerJobTest {
    private static final Path GOLDENS = Path.of("src/test/resources/contracts");
    private static final String DIGEST = "0123456789abcdef".repeat(4);

    @Test
    void aJobOfTheAgentHasTheBytesOfTheGolden() throws IOException {
        TrainerJob job =
                new TrainerJob(
                        new TrainerJob.Base("/artifacts/base", DIGEST),
                        List.of("/artifacts/train"),
                        List.of("/artifacts/eval"),
                        null,
                        new TrainerJob.Lora(16, 32.0, 0.05, null, List.of("q", "down")),
                        new TrainerJob.Optimizer(2e-4, null, 10, null, null, null),
                        3,
                        100,
                        4,
                        2,
                        512,
                        null,
                        null,
                        null,
                        42,
                        "auto",
                        20,
                        10,
                        null,
                        null,
                        null,
                        null,
                        2,
                        "auto",
                        null,
                        null,
                        null,
                        null,
                        "/artifacts/checkpoint",
                        EventJson.mapper()
                                .valueToTree(
                                        new TrainServeContract(
                                                DIGEST,
                                                "Q4_1",
                                                "llama",
                                                49_152,
                                                DIGEST,
                                                DIGEST,
                                                "2024-07-26",
                                                0,
                                                2)));

        assertThat(job.bytes()).asString().isEqualTo(Files.readString(GOLDENS.resolve("job.json")));
        assertThat(EventJson.mapper().readValue(job.bytes(), TrainerJob.class)).isEqualTo(job);
    }

    @Test
    void aJobWithEveryMemberIsReadAndWrittenBack() throws IOException {
        String golden = Files.readString(GOLDENS.resolve("job-with-every-member.json"));

        TrainerJob job = EventJson.mapper().readValue(golden, TrainerJob.class);

        assertThat(job.bytes()).asString().isEqualTo(golden);
        assertThat(golden).doesNotContain("null");
        for (var component : Objects.requireNonNull(TrainerJob.class.getRecordComponents())) {
            assertThat(golden).contains('"' + component.getName() + "\":");
        }
    }

    @Test
    void whatTheEvaluationReadsAndWritesHasTheBytesOfTheGoldens() throws IOException {
        String job = Files.readString(GOLDENS.resolve("evaluation-job.json"));
        String report = Files.readString(GOLDENS.resolve("evaluation-report.json"));

        assertThat(
                        EventJson.mapper()
                                .writeValueAsString(
                                        EventJson.mapper().readValue(job, EvaluationJob.class)))
                .isEqualTo(job);
        assertThat(
                        EventJson.mapper()
                                .writeValueAsString(
                                        EventJson.mapper()
                                                .readValue(report, EvaluationReport.class)))
                .isEqualTo(report);
    }
}
