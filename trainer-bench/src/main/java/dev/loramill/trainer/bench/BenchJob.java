package dev.loramill.trainer.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
    private static final JsonMapper JSON = JsonMapper.builder().build();
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
        ObjectNode job = JSON.createObjectNode();
        job.putObject("base").put("path", base.toAbsolutePath().toString());
        job.putArray("train").add(train.toString());
        job.putArray("eval").add(eval.toString());
        job.putObject("lora").put("rank", 16).put("alpha", 32);
        job.putObject("optimizer").put("learningRate", 2e-4).put("warmupSteps", 2);
        job.put("batchSize", batchSize);
        job.put("packing", isPacked);
        job.put("maxLength", maxLength);
        job.put("overLength", "truncate");
        job.put("maxSteps", steps);
        job.put("precision", precision);
        job.put("kernels", kernels);
        job.put("blockCheckpointing", blockCheckpointing);
        job.put("threads", threads);
        job.put("seed", seed);
        if (memoryLimitBytes != null) {
            job.put("memoryLimitBytes", memoryLimitBytes);
        }
        Path file = directory.resolve("job.json");
        JSON.writeValue(file.toFile(), job);
        return file;
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
