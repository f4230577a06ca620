package dev.loramill.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.trainer.storage.FileDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a job may ask of the loop, by real runs on a tiny base. */
@Timeout(300)
class TrainingOptionsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path directory;

    @BeforeAll
    static void makeInputs() throws IOException {
        TinyLlama.standard().write(directory.resolve("base.gguf"));
        Files.write(directory.resolve("train.jsonl"), rows(24, "It is all well and good."));
        Files.write(directory.resolve("other.jsonl"), rows(6, "Nobody knows why they ask."));
    }

    private static List<String> rows(int count, String answer) {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(
                    """
                    {"digest": "row-%d", "messages": [{"role": "user", "content": "What of %d?"},\
                     {"role": "assistant", "content": "%s"}]}\
                    """
                            .formatted(i, i % 5, answer));
        }
        return rows;
    }

    private static Path job(String name, String eval, String changes) throws IOException {
        return Files.writeString(
                directory.resolve(name + ".json"),
                """
                {"base": {"path": "base.gguf"}, "train": ["train.jsonl"], "eval": ["%s.jsonl"],
                 "lora": {"rank": 4, "alpha": 8}, "precision": "fp32", "threads": 1,
                 "optimizer": {"learningRate": 2e-2, "schedule": "constant", "warmupSteps": 2},
                 "batchSize": 4, "packing": false, "maxLength": 128, %s}
                """
                        .formatted(eval, changes));
    }

    /** The held-out answers are others, so learning the rows by heart soon makes them worse. */
    @Test
    void aRunThatGetsNoBetterStopsEarlyAndGivesItsBestAdapter() throws Exception {
        String often = "\"evalEverySteps\": 2, \"saveEverySteps\": 1, \"keepCheckpoints\": 3";
        Path out = run(job("stalls", "other", often + ", \"epochs\": 40, \"earlyStopping\": 3"));

        TrainerLine.Finished finished =
                TrainerProcessForTest.logged(out, TrainerLine.Finished.class).getFirst();
        List<TrainerLine.Evaluated> evaluations =
                TrainerProcessForTest.logged(out, TrainerLine.Evaluated.class);
        TrainerLine.Evaluated best =
                evaluations.stream()
                        .filter(evaluation -> evaluation.step() > 0)
                        .min(Comparator.comparingDouble(TrainerLine.Evaluated::evalLoss))
                        .orElseThrow();
        int bestStep = best.step();
        assertThat(finished.adapterStep()).isEqualTo(bestStep);
        assertThat(finished.evalLoss()).isEqualTo(best.evalLoss());
        assertThat(finished.steps()).isEqualTo(bestStep + 3 * 2).isLessThan(240);
        assertThat(evaluations)
                .extracting(TrainerLine.Evaluated::step)
                .startsWith(0, 2, 4)
                .hasSize(1 + finished.steps() / 2);
        assertThat(TrainerProcessForTest.logged(out, TrainerLine.Checkpointed.class))
                .hasSize(finished.steps());
        try (Stream<Path> kept = Files.list(out.resolve("checkpoints"))) {
            assertThat(kept).hasSize(3);
        }
        Path shorter =
                run(job("shorter", "other", often + ", \"epochs\": 40, \"maxSteps\": " + bestStep));
        assertThat(TrainerProcessForTest.logged(shorter, TrainerLine.Progressed.class))
                .hasSize(bestStep);
        assertThat(FileDigest.of(out.resolve("adapter.gguf")))
                .isEqualTo(FileDigest.of(shorter.resolve("adapter.gguf")));
        Path last =
                run(
                        job(
                                "last",
                                "other",
                                often
                                        + ", \"epochs\": 40, \"earlyStopping\": 3,"
                                        + " \"keepBest\": false"));
        assertThat(
                        TrainerProcessForTest.logged(last, TrainerLine.Finished.class)
                                .getFirst()
                                .adapterStep())
                .isEqualTo(finished.steps());
        assertThat(FileDigest.of(last.resolve("adapter.gguf")))
                .isNotEqualTo(FileDigest.of(out.resolve("adapter.gguf")));
    }

    @Test
    void whatIsReportedIsWhatHappened() throws Exception {
        Path out = run(job("reports", "train", "\"epochs\": 10, \"evalEverySteps\": 30"));

        List<TrainerLine.Progressed> steps =
                TrainerProcessForTest.logged(out, TrainerLine.Progressed.class);
        assertThat(steps).hasSize(10 * 24 / 4);
        for (int i = 0; i < steps.size(); i++) {
            TrainerLine.Progressed step = steps.get(i);
            assertThat(step.learningRate()).isCloseTo(2e-2 * Math.min(1, i / 2.0), within(1e-12));
            assertThat(step.gradientNorm()).isPositive();
            assertThat(step.tokensPerSecond()).isPositive();
            assertThat(step.memoryBytes()).isBetween(50L << 20, 4L << 30);
            assertThat(step.etaSeconds() > 0).isEqualTo(i + 1 < steps.size());
            assertThat(step.partSeconds().get("optimizer")).isPositive();
        }
        TrainerLine.Started started =
                TrainerProcessForTest.logged(out, TrainerLine.Started.class).getFirst();
        assertThat(steps.getLast().trainedTokens()).isEqualTo(10 * started.trainTokensPerEpoch());
        List<TrainerLine.Evaluated> evaluations =
                TrainerProcessForTest.logged(out, TrainerLine.Evaluated.class);
        assertThat(evaluations).extracting(TrainerLine.Evaluated::step).containsExactly(0, 30, 60);
        for (TrainerLine.Evaluated evaluation : evaluations) {
            double loss = evaluation.evalLoss();
            assertThat(evaluation.perplexity())
                    .isCloseTo(Math.exp(loss), within(1e-9 * Math.exp(loss)));
        }
        assertThat(evaluations.getFirst().tokenAccuracy()).isLessThan(0.3);
        assertThat(evaluations.getLast().evalLoss()).isLessThan(0.2);
        assertThat(evaluations.getLast().tokenAccuracy()).isBetween(0.9, 1.0);
        assertFiles(out);
    }

    @Test
    void aWrongOptionIsNamedAndNotBuriedUnderTheUsage() throws Exception {
        TrainerProcessForTest.Ended ended =
                TrainerProcessForTest.run(directory, "run", "--jbo", "job.json");

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.errors())
                .contains("--job", "./loramill trainer run --help")
                .doesNotContain("Usage:");
    }

    private static void assertFiles(Path out) throws IOException {
        String base = FileDigest.of(directory.resolve("base.gguf"));
        JsonNode manifest = JSON.readTree(out.resolve("manifest.json").toFile());
        JsonNode contract = manifest.path("contract");
        for (String name :
                List.of(
                        "baseDigest",
                        "baseQuantization",
                        "architecture",
                        "vocabularySize",
                        "tokenizerDigest",
                        "chatTemplateDigest",
                        "templateDate",
                        "bosCount",
                        "endOfTurnToken")) {
            assertThat(contract.has(name)).as(name).isTrue();
        }
        assertThat(contract.path("baseDigest").asText()).isEqualTo(base);
        assertThat(contract.path("architecture").asText()).isEqualTo("llama");
        assertThat(manifest.path("lora").path("targets")).hasSize(7);
        assertThat(manifest.path("hyperparameters").path("schedule").asText())
                .isEqualTo("constant");
        assertThat(Files.readString(out.resolve("peft").resolve("README.md")))
                .contains(base, "rank 4, alpha 8.0", "24 rows", "library_name: peft")
                .contains(FileDigest.of(out.resolve("adapter.gguf")));
    }

    private static Path run(Path job) throws Exception {
        Path out = directory.resolve(job.getFileName() + "-out");
        TrainerProcessForTest.Ended ended =
                TrainerProcessForTest.run(
                        directory, "run", "--job", job.toString(), "--out", out.toString());
        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        return out;
    }
}
