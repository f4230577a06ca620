package dev.loramill.trainer.bench;

import dev.loramill.events.trainer.TrainerJob;
import dev.loramill.trainer.job.InvalidJobException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The job that is measured, as a person or the agent would write it.
 *
 * @param base GGUF file of the base
 * @param rows file of rows; null makes rows up
 * @param steps optimizer steps
 * @param batchSize sequences of a step
 * @param maxLength tokens of a sequence
 * @param isPacked whether a sequence holds several rows
 * @param precision {@code bf16} or {@code fp32}
 * @param kernels {@code auto}, {@code fused} or {@code torch}
 * @param blockCheckpointing {@code auto}, {@code on} or {@code off}
 * @param memoryLimitBytes most bytes that the trainer may use; null for what is free
 * @param threads threads
 * @param seed of rows, order and initial adapter
 */
record BenchJob(
        Path base,
        @Nullable Path rows,
        int steps,
        int batchSize,
        int maxLength,
        boolean isPacked,
        String precision,
        String kernels,
        String blockCheckpointing,
        @Nullable Long memoryLimitBytes,
        int threads,
        int seed) {
    private static final int HELD_OUT_ROWS = 8;

    /** Less than half of what a made-up row has, so that there are enough for full sequences. */
    private static final int TOKENS_PER_MADE_UP_ROW = 85;

    /** Writes rows and job into a directory and gives the job's file. */
    Path write(Path directory) throws IOException {
        List<String> lines = lines();
        int held = Math.min(HELD_OUT_ROWS, lines.size() / 2);
        Path train = directory.resolve("train.jsonl");
        Path eval = directory.resolve("eval.jsonl");
        Files.write(train, lines.subList(held, lines.size()));
        Files.write(eval, lines.subList(0, held));
        TrainerJob job =
                new TrainerJob(
                        new TrainerJob.Base(base.toAbsolutePath().toString(), null),
                        List.of(train.toString()),
                        List.of(eval.toString()),
                        null,
                        new TrainerJob.Lora(16, 32.0, null, null, null),
                        new TrainerJob.Optimizer(2e-4, null, 2, null, null, null),
                        null,
                        steps,
                        batchSize,
                        null,
                        maxLength,
                        "truncate",
                        isPacked,
                        null,
                        seed,
                        precision,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        threads,
                        null,
                        kernels,
                        null,
                        blockCheckpointing,
                        memoryLimitBytes,
                        null,
                        null);
        return Files.write(directory.resolve("job.json"), job.bytes());
    }

    private List<String> lines() throws IOException {
        if (rows == null) {
            int perSequence = isPacked ? Math.ceilDiv(maxLength, TOKENS_PER_MADE_UP_ROW) : 1;
            return MadeUpRows.lines(HELD_OUT_ROWS + steps * batchSize * perSequence, seed);
        }
        if (!Files.isReadable(rows)) {
            throw new InvalidJobException("--rows \"" + rows + "\" cannot be read");
        }
        List<String> lines =
                Files.readAllLines(rows).stream().filter(line -> !line.isBlank()).toList();
        if (lines.size() < 2) {
            throw new InvalidJobException(
                    "--rows \"" + rows + "\" must have at least 2 rows, has " + lines.size());
        }
        return lines;
    }
}
