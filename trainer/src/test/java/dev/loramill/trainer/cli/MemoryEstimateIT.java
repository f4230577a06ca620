package dev.loramill.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.process.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A trainer started as the agent starts it, on rows of many lengths, watched by the kernel. */
@Timeout(120)
class MemoryEstimateIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STEPS = 60;
    private static final double PROMISED_PERCENT = 15;
    private static final Percentage MOMENT = Percentage.withPercentage(10);

    @TempDir private Path directory;

    @Test
    void theEstimateHoldsInARunOfManyLengths() throws Exception {
        Path job = makeJob();
        long estimate = 0;
        for (String line : lines(start("plan", "--job", job.toString()))) {
            estimate = line.startsWith("{") ? json(line).path("totalMemoryBytes").asLong() : 0;
        }

        Process trainer =
                start(
                        "run",
                        "--json",
                        "--job",
                        job.toString(),
                        "--out",
                        directory.resolve("out").toString());
        long peak = 0;
        int steps = 0;
        TrainerLine last = new TrainerLine.Unknown();
        try (BufferedReader lines = trainer.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = TrainerLine.read(line);
                if (last instanceof TrainerLine.Progressed step) {
                    steps++;
                    peak = kernel(trainer, "VmHWM:");
                    assertThat(step.memoryBytes())
                            .as("memory of %s", last)
                            .isCloseTo(kernel(trainer, "VmRSS:"), MOMENT);
                }
            }
        }

        assertThat(trainer.waitFor()).isZero();
        assertThat(steps).isEqualTo(STEPS);
        assertThat(TrainerProcessForTest.as(TrainerLine.Finished.class, last).peakMemoryBytes())
                .isCloseTo(peak, MOMENT);
        assertThat(100.0 * estimate / peak)
                .as("estimate of %d bytes in percent of the peak of %d", estimate, peak)
                .isCloseTo(100, within(PROMISED_PERCENT));
    }

    private Path makeJob() throws IOException {
        new TinyLlama(
                        "llama",
                        7,
                        8192,
                        6,
                        512,
                        8,
                        4,
                        1536,
                        1024,
                        true,
                        false,
                        GgmlType.Q8_0,
                        GgmlType.Q8_0)
                .write(directory.resolve("base.gguf"));
        Files.write(directory.resolve("train.jsonl"), rows(400, 1));
        Files.write(directory.resolve("eval.jsonl"), rows(6, 2));
        return Files.writeString(
                directory.resolve("job.json"),
                """
                {"base": {"path": "base.gguf"}, "train": ["train.jsonl"], "eval": ["eval.jsonl"],
                 "lora": {"rank": 8, "alpha": 16}, "batchSize": 4, "maxLength": 256, "packing": false,
                 "overLength": "truncate", "maxSteps": %d, "evalEverySteps": 20,
                 "precision": "bf16", "kernels": "fused", "device": "cpu", "threads": 2}
                """
                        .formatted(STEPS));
    }

    /** Answers of one to a hundred words. */
    private static List<String> rows(int count, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String answer = "sleep and water ".repeat(1 + random.nextInt(33));
            rows.add(
                    JSON.writeValueAsString(
                            JSON.createObjectNode()
                                    .set(
                                            "messages",
                                            JSON.createArrayNode()
                                                    .add(message("user", "What helps, " + i + "?"))
                                                    .add(message("assistant", answer)))));
        }
        return rows;
    }

    private static JsonNode message(String role, String content) {
        return JSON.createObjectNode().put("role", role).put("content", content);
    }

    private static Process start(String... arguments) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        JavaCommand.ofMain(TrainerCommand.class.getName())
                                .options(LaunchSettings.jvmOptions())
                                .arguments(arguments)
                                .words());
        builder.environment().putAll(LaunchSettings.environment());
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static List<String> lines(Process process) throws IOException {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines().toList();
        }
    }

    private static JsonNode json(String line) throws IOException {
        return JSON.readTree(line);
    }

    private static long kernel(Process process, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status"))
                .stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
