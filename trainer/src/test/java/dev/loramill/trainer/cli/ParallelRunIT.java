package dev.loramill.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs of several real processes on a tiny base.
 *
 * <p>Tolerance in single precision: 1e-5 relative on losses, 1e-4 on gradient norms; two processes
 * add the same terms in another order than one.
 */
@Timeout(300)
class ParallelRunIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double LOSS_TOLERANCE = 1e-5;
    private static final double NORM_TOLERANCE = 1e-4;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir static Path directory;

    @BeforeAll
    static void makeInputs() throws IOException {
        TinyLlama.standard().write(directory.resolve("base.gguf"));
        Files.write(directory.resolve("train.jsonl"), rows(97));
        Files.write(directory.resolve("eval.jsonl"), rows(9));
    }

    private static List<String> rows(int count) {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(
                    """
                    {"digest": "row-%d", "messages": [{"role": "user", "content": "What of %d?"},\
                     {"role": "assistant", "content": "%s it is case %d."}]}\
                    """
                            .formatted(i, i % 11, "Of course ".repeat(1 + i * i % 5), i % 7));
        }
        return rows;
    }

    /** A job whose whole batch is four sequences, shared by so many processes. */
    private static Path job(String name, int worldSize, String changes) throws IOException {
        return Files.writeString(
                directory.resolve(name + ".json"),
                """
                {"base": {"path": "base.gguf"}, "train": ["train.jsonl"], "eval": ["eval.jsonl"],
                 "lora": {"rank": 4, "alpha": 8},
                 "optimizer": {"learningRate": 5e-3, "warmupSteps": 2},
                 "epochs": 2, "batchSize": %d, "gradientAccumulation": 2, "maxLength": 128,
                 "evalEverySteps": 5, "saveEverySteps": 4, "precision": "fp32", "threads": 1%s}
                """
                        .formatted(4 / worldSize, changes.isEmpty() ? "" : ", " + changes));
    }

    /** Without packing the last step of an epoch has one row, so the second process has none. */
    @ParameterizedTest
    @CsvSource({"true, 0, auto", "false, 0, auto", "true, 0.2, auto", "true, 0.2, torch"})
    void twoProcessesHaveTheLossesOfOneWithTheDoubledBatch(
            boolean isPacked, double dropout, String kernels) throws Exception {
        String changes =
                "\"packing\": %s, \"kernels\": \"%s\", %s"
                        .formatted(isPacked, kernels, lora(dropout));
        String name = isPacked + "-" + dropout + "-" + kernels;
        Path one = directory.resolve("one-" + name);
        Path two = directory.resolve("two-" + name);
        assertThat(run(job("one", 1, changes), one, 1).exitCode()).isZero();

        TrainerProcessForTest.Ended ended = run(job("two", 2, changes), two, 2);

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        assertSameLosses(two, one);
        assertThat(TrainerProcessForTest.logged(two, TrainerLine.Progressed.class))
                .hasSizeGreaterThan(isPacked ? 10 : 25);
        assertThat(two.resolve("ranks").resolve("rank-1.log")).exists();
        JsonNode manifest = JSON.readTree(two.resolve("manifest.json").toFile());
        assertThat(manifest.path("hyperparameters").path("worldSize").asInt()).isEqualTo(2);
    }

    /** Without packing, because sequences are filled across a batch. */
    @Test
    void batchesAndThreadsShareAStepOfOneLargerBatchUnderDropout() throws Exception {
        String changes = "\"packing\": false, " + lora(0.2);
        Path accumulated = directory.resolve("accumulated");
        assertThat(run(job("accumulated", 1, changes), accumulated, 1).exitCode()).isZero();
        Path larger = directory.resolve("larger");

        TrainerProcessForTest.Ended ended =
                run(
                        job(
                                "larger",
                                1,
                                changes
                                        + ", \"batchSize\": 8, \"gradientAccumulation\": 1,"
                                        + " \"threads\": 2"),
                        larger,
                        1);

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        assertSameLosses(larger, accumulated);
    }

    private static String lora(double dropout) {
        return "\"lora\": {\"rank\": 4, \"alpha\": 8, \"dropout\": %s}".formatted(dropout);
    }

    @Test
    void everyProcessComputesAsTheCommandLineSays() throws Exception {
        Path job = job("overridden", 2, "\"device\": \"cuda:1\", \"maxSteps\": 2");

        TrainerProcessForTest.Ended ended =
                TrainerProcessForTest.run(
                        directory,
                        "run",
                        "--job",
                        job.toString(),
                        "--out",
                        directory.resolve("overridden").toString(),
                        "--world-size",
                        "2",
                        "--device",
                        "cpu");

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
    }

    @Test
    void aKilledRunGoesOnWithTheSameLossesBitByBit() throws Exception {
        Path job = job("killed", 2, lora(0.1));
        Path undisturbed = directory.resolve("undisturbed");
        assertThat(run(job, undisturbed, 2).exitCode()).isZero();
        Path disturbed = directory.resolve("disturbed");
        try (Started started = start(job, disturbed, "--world-size", "2")) {
            started.awaitStep(6);
            ProcessHandle second = started.second();
            started.process().destroyForcibly().waitFor();
            await().atMost(Duration.ofSeconds(20)).until(() -> !second.isAlive());
        }

        TrainerProcessForTest.Ended ended = run(job, disturbed, 2);

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        assertThat(
                        TrainerProcessForTest.logged(disturbed, TrainerLine.Started.class)
                                .getLast()
                                .resumedFromStep())
                .isGreaterThanOrEqualTo(4);
        assertThat(TrainerProcessForTest.losses(disturbed))
                .isEqualTo(TrainerProcessForTest.losses(undisturbed));
        assertThat(Files.readAllBytes(disturbed.resolve("adapter.gguf")))
                .isEqualTo(Files.readAllBytes(undisturbed.resolve("adapter.gguf")));
    }

    @Test
    void aRunGoesOnWithAnotherNumberOfProcessesAndTheSameWholeBatch() throws Exception {
        Path one = directory.resolve("alone");
        assertThat(run(job("alone", 1, ""), one, 1).exitCode()).isZero();
        Path changed = directory.resolve("changed");
        try (Started started = start(job("pair", 2, ""), changed, "--world-size", "2")) {
            started.awaitStep(6);
            // Asked to stop, as by Ctrl-C: a checkpoint is written, and both end.
            started.process().destroy();
            assertThat(started.process().waitFor()).isEqualTo(143);
        }
        assertThat(
                        TrainerProcessForTest.logged(changed, TrainerLine.Checkpointed.class)
                                .getLast()
                                .step())
                .isGreaterThanOrEqualTo(6);

        TrainerProcessForTest.Ended ended = run(job("alone", 1, ""), changed, 1);

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        assertThat(
                        TrainerProcessForTest.logged(changed, TrainerLine.Started.class)
                                .getLast()
                                .resumedFromStep())
                .isGreaterThanOrEqualTo(6);
        assertSameLosses(changed, one);
        TrainerProcessForTest.Ended refused = run(job("alone", 1, ""), changed, 2);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.failure()).contains("belongs to another job");
    }

    @Test
    void aRankThatDiesEndsTheRunWithOneError() throws Exception {
        Path out = directory.resolve("rank-killed");
        try (Started started =
                start(job("rank-killed", 2, "\"epochs\": 400"), out, "--world-size", "2")) {
            started.awaitStep(3);
            ProcessHandle second = started.second();
            second.destroyForcibly();

            assertThat(started.process().waitFor()).isEqualTo(1);
            assertThat(started.ended().failure())
                    .startsWith("rank 1 of 2 (pid " + second.pid() + ") ended with status 137");
            assertThat(started.ended().errors()).containsOnlyOnce("trainer: ");
        }
    }

    @Test
    void aRankThatHangsEndsTheRunAfterABoundedWait() throws Exception {
        Path out = directory.resolve("rank-stopped");
        try (Started started =
                start(
                        job("rank-stopped", 2, "\"epochs\": 400"),
                        out,
                        "--world-size",
                        "2",
                        "--rank-timeout",
                        "20")) {
            started.awaitStep(3);
            ProcessHandle second = started.second();
            new ProcessBuilder("kill", "-STOP", String.valueOf(second.pid())).start().waitFor();

            assertThat(started.process().waitFor()).isEqualTo(1);
            assertThat(started.ended().failure()).contains("gets no answer from another one");
            await().atMost(Duration.ofSeconds(20)).until(() -> !second.isAlive());
        }
    }

    @Test
    void aRankThatDiesBeforeTheFirstStepEndsTheRun() throws Exception {
        Path out = directory.resolve("rank-never-came");
        try (Started started = start(job("rank-never-came", 2, ""), out, "--world-size", "2")) {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> started.process().children().anyMatch(ParallelRunIT::isJava));
            started.second().destroyForcibly();

            assertThat(started.process().waitFor()).isEqualTo(1);
            assertThat(started.ended().failure()).contains("rank 1 of 2").contains("status 137");
        }
    }

    /** Whether it has become what it is to run: for a moment it is a program that starts others. */
    private static boolean isJava(ProcessHandle process) {
        return process.info().command().filter(command -> command.endsWith("/java")).isPresent();
    }

    @Test
    void aLossThatIsNoNumberIsToldOnce() throws Exception {
        Path out = directory.resolve("diverged");

        TrainerProcessForTest.Ended ended =
                run(
                        job(
                                "diverged",
                                2,
                                "\"optimizer\": {\"learningRate\": 10, \"warmupSteps\": 0,"
                                        + " \"weightDecay\": 10}, \"epochs\": 40"),
                        out,
                        2);

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.failure())
                .contains("must be finite")
                .containsPattern("(at|after) step \\d+")
                .contains("row-");
        assertThat(ended.errors()).containsOnlyOnce("trainer: ");
    }

    @Test
    void planTellsTheMemoryOfAProcessAndOfAll() throws Exception {
        TrainerProcessForTest.Ended ended =
                TrainerProcessForTest.run(
                        directory,
                        "plan",
                        "--world-size",
                        "2",
                        "--job",
                        job("planned", 2, "").toString());

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        JsonNode figures = JSON.readTree(ended.lines().getLast());
        assertThat(figures.path("memoryBytesOfAllProcesses").asLong())
                .isEqualTo(2 * figures.path("totalMemoryBytes").asLong())
                .isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 65})
    void refusesAWorldThatCannotBe(int worldSize) throws Exception {
        Path out = directory.resolve("no-world");

        TrainerProcessForTest.Ended ended = run(job("no-world", 1, ""), out, worldSize);

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.failure()).isEqualTo("--world-size must be in [1, 64], got " + worldSize);
        assertThat(out).doesNotExist();
    }

    private static void assertSameLosses(Path actual, Path expected) throws IOException {
        List<TrainerLine.Progressed> expectedSteps =
                TrainerProcessForTest.logged(expected, TrainerLine.Progressed.class);
        List<TrainerLine.Progressed> steps =
                TrainerProcessForTest.logged(actual, TrainerLine.Progressed.class);
        assertThat(steps).hasSameSizeAs(expectedSteps);
        for (int i = 0; i < steps.size(); i++) {
            TrainerLine.Progressed step = steps.get(i);
            TrainerLine.Progressed wanted = expectedSteps.get(i);
            assertThat(step.loss())
                    .as("loss of step %d", wanted.step())
                    .isCloseTo(wanted.loss(), within(wanted.loss() * LOSS_TOLERANCE));
            double norm = Objects.requireNonNull(wanted.gradientNorm());
            assertThat(step.gradientNorm())
                    .as("gradient norm of step %d", wanted.step())
                    .isCloseTo(norm, within(norm * NORM_TOLERANCE));
            assertThat(step.trainedTokens()).isEqualTo(wanted.trainedTokens());
        }
        List<TrainerLine.Evaluated> expectedEvaluations =
                TrainerProcessForTest.logged(expected, TrainerLine.Evaluated.class);
        List<TrainerLine.Evaluated> evaluations =
                TrainerProcessForTest.logged(actual, TrainerLine.Evaluated.class);
        assertThat(evaluations).hasSameSizeAs(expectedEvaluations);
        for (int i = 0; i < evaluations.size(); i++) {
            TrainerLine.Evaluated evaluation = evaluations.get(i);
            TrainerLine.Evaluated wanted = expectedEvaluations.get(i);
            assertThat(evaluation.evalLoss())
                    .as("evaluation loss after step %d", wanted.step())
                    .isCloseTo(wanted.evalLoss(), within(wanted.evalLoss() * LOSS_TOLERANCE));
            assertThat(evaluation.evalTokens()).isEqualTo(wanted.evalTokens());
        }
    }

    private static TrainerProcessForTest.Ended run(Path job, Path out, int worldSize)
            throws Exception {
        return TrainerProcessForTest.run(
                directory,
                "run",
                "--job",
                job.toString(),
                "--out",
                out.toString(),
                "--world-size",
                String.valueOf(worldSize));
    }

    /** A run that goes on; its processes are killed on close, if some are left. */
    private record Started(Process process, Path output, Path errors) implements AutoCloseable {
        void awaitStep(int step) {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() ->
                            !process.isAlive()
                                    || Files.readString(output)
                                            .contains(
                                                    "\"type\":\"progress\",\"step\":"
                                                            + step
                                                            + ","));
            assertThat(process.isAlive()).isTrue();
        }

        ProcessHandle second() {
            List<ProcessHandle> children = process.children().toList();
            assertThat(children).hasSize(1);
            return children.getFirst();
        }

        TrainerProcessForTest.Ended ended() throws IOException {
            return new TrainerProcessForTest.Ended(
                    process.exitValue(), Files.readAllLines(output), Files.readString(errors));
        }

        @Override
        public void close() {
            Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                    .toList()
                    .forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static Started start(Path job, Path out, String... more) throws IOException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Path errors = Files.createTempFile(directory, "errors", ".txt");
        List<String> arguments =
                new ArrayList<>(List.of("run", "--job", job.toString(), "--out", out.toString()));
        arguments.addAll(List.of(more));
        return new Started(
                TrainerProcessForTest.start(output, errors, arguments.toArray(String[]::new)),
                output,
                errors);
    }
}
