package dev.loramill.trainer.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.trainer.job.JobReader;
import dev.loramill.trainer.loop.MemoryPlan;
import dev.loramill.trainer.loop.PreparedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares the estimate of memory with the real peak, in every way to train. */
@Command(
        name = "memory",
        description = {
            "Trains some steps in each of a table of ways, each in a process of its own, and prints"
                    + " the memory that was estimated before beside the peak that was measured:"
                    + " packed and padded, short and long rows and runs, blocks recomputed and kept,"
                    + " weights kept and not, bf16 and fp32, our own kernels and libtorch's"
                    + " operators, all on the CPU.",
            "The bar: every estimate within 15 %% of its peak.",
            "The last line is a JSON object; exit code 0 only if the bar is met."
        },
        mixinStandardHelpOptions = true)
public final class BenchMemory implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final double MOST_DIFFERENCE = 0.15;
    private static final String WEIGHTS = "base weights";

    @Mixin private BenchInput input = new BenchInput();

    @Option(
            names = "--steps",
            defaultValue = "8",
            description =
                    "Optimizer steps of a way; the long run takes 15 times as many"
                            + " (${DEFAULT-VALUE}).")
    private int steps = 8;

    @Option(names = "--only", description = "Only the ways whose name holds this text.")
    private String only = "";

    @Option(names = "--threads", description = "Threads; default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--seed", defaultValue = "42", description = "Seed (${DEFAULT-VALUE}).")
    private int seed = 42;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Path directory = Files.createTempDirectory("loramill-bench-memory");
        try {
            return measure(out, directory) ? 0 : 1;
        } finally {
            BenchTrain.delete(directory);
        }
    }

    private boolean measure(PrintWriter out, Path directory)
            throws IOException, InterruptedException {
        BenchBase found = BenchBase.of(input.base(), System.getenv(), directory);
        out.printf(
                Locale.ROOT,
                "base: %s%n%d threads; MiB%n%-32s %6s %10s %10s %8s%n",
                found.description(),
                threads,
                "",
                "steps",
                "estimate",
                "peak",
                "off");
        out.flush();
        ObjectNode figures = JSON.createObjectNode();
        figures.put("name", "memory");
        figures.put("base", found.description());
        figures.put("seed", seed);
        figures.put("threads", threads);
        ArrayNode table = figures.putArray("cases");
        boolean isOk = true;
        for (MemoryCase way : MemoryCase.all()) {
            if (way.name().contains(only)) {
                Path own = Files.createDirectory(directory.resolve("case-" + table.size()));
                Measured measured = measure(way, found.path(), own);
                isOk &= measured.isMet();
                measured.print(out);
                measured.write(table.addObject());
            }
        }
        isOk &= !table.isEmpty();
        figures.put("ok", isOk);
        out.println(JSON.writeValueAsString(figures));
        out.flush();
        return isOk;
    }

    private Measured measure(MemoryCase way, Path path, Path directory)
            throws IOException, InterruptedException {
        Long limit = way.keepsWeights() ? null : limitWithoutWeights(way, path, directory);
        Path job = way.job(path, input.rows(), steps, limit, threads, seed).write(directory);
        MemoryPlan plan;
        int taken;
        try (PreparedRun run = PreparedRun.of(JobReader.read(job))) {
            plan = run.memory();
            taken = run.totalSteps();
        }
        RunFigures run =
                OwnRun.run(job, directory.resolve("out"), 0, new PrintWriter(Writer.nullWriter()));
        return new Measured(way, taken, plan, run.peakMemoryBytes());
    }

    /** A little less than what keeping the weights would take. */
    private long limitWithoutWeights(MemoryCase way, Path path, Path directory) throws IOException {
        Path job = way.job(path, input.rows(), steps, null, threads, seed).write(directory);
        try (PreparedRun run = PreparedRun.of(JobReader.read(job))) {
            return run.memory().totalBytes()
                    - run.memory().bytesByPart().getOrDefault(WEIGHTS, 0L) / 8;
        }
    }

    private record Measured(MemoryCase way, int steps, MemoryPlan plan, long peakBytes) {
        double difference() {
            return (double) plan.totalBytes() / peakBytes - 1;
        }

        boolean isMet() {
            return Math.abs(difference()) <= MOST_DIFFERENCE;
        }

        void print(PrintWriter out) {
            out.printf(
                    Locale.ROOT,
                    "%-32s %6d %10.0f %10.0f %+7.1f%%%s%n",
                    way.name(),
                    steps,
                    plan.totalBytes() / (double) (1 << 20),
                    peakBytes / (double) (1 << 20),
                    100 * difference(),
                    isMet() ? "" : "  more than " + Math.round(100 * MOST_DIFFERENCE) + "%");
            out.flush();
        }

        void write(ObjectNode figures) {
            figures.put("case", way.name());
            figures.put("precision", way.precision());
            figures.put("kernels", way.kernels());
            figures.put("blockCheckpointing", way.blockCheckpointing());
            figures.put("batchSize", way.batchSize());
            figures.put("maxLength", way.maxLength());
            figures.put("packing", way.isPacked());
            figures.put("keepsWeights", plan.options().keepsWeights());
            figures.put("retainedBlocks", plan.options().retainedBlocks());
            figures.put("steps", steps);
            figures.put("estimatedMemoryBytes", plan.totalBytes());
            figures.put("peakMemoryBytes", peakBytes);
            figures.put("estimateOff", difference());
            ObjectNode parts = figures.putObject("memoryBytes");
            for (Map.Entry<String, Long> part : plan.bytesByPart().entrySet()) {
                parts.put(part.getKey(), part.getValue());
            }
        }
    }
}
