package dev.loramill.trainer.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.trainer.job.JobReader;
import dev.loramill.trainer.loop.PreparedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the trainer, and PEFT on the same rows in turn. */
@Command(
        name = "train",
        description = {
            "Trains some steps and prints tokens a second, share of the GEMM peak and memory; with"
                    + " --python the same steps in PEFT, in turn: same base file, initial adapter,"
                    + " rows in each batch, precision and threads. Tokens are real ones, without"
                    + " padding.",
            "The bar with --python: at least 3 times PEFT's tokens a second at a quarter of its"
                    + " memory, loss curves within 2 % (mean of 5 steps), evaluation losses within"
                    + " 1 %. Without it, to finish.",
            "The last line is a JSON object."
        },
        mixinStandardHelpOptions = true)
public final class BenchTrain implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final double LEAST_SPEEDUP = 3;
    private static final double MOST_MEMORY_SHARE = 0.25;
    private static final double MOST_CURVE_DIFFERENCE = 0.02;
    private static final double MOST_EVAL_DIFFERENCE = 0.01;
    private static final int CURVE_WINDOW = 5;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Option(names = "--base", required = true, description = "GGUF file of the base.")
    private Path base;

    @Option(names = "--rows", description = "Rows to train on, JSON lines; default: made-up ones.")
    private @Nullable Path rows;

    @Option(
            names = "--python",
            description = "Python that has torch, transformers and peft; compares with PEFT.")
    private @Nullable String python;

    @Option(names = "--steps", defaultValue = "24", description = "Steps (${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--warmup",
            defaultValue = "6",
            description = "First steps that are not timed (${DEFAULT-VALUE}).")
    private int warmup;

    @Option(
            names = "--batch-size",
            defaultValue = "4",
            description = "Rows of a step (${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--precision",
            defaultValue = "bf16",
            description = "bf16 or fp32 (${DEFAULT-VALUE}).")
    private String precision = "bf16";

    @Option(names = "--threads", description = "Threads; default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--memory-limit", description = "Bytes that the trainer may use.")
    private @Nullable Long memoryLimit;

    @Option(names = "--seed", defaultValue = "42", description = "Seed (${DEFAULT-VALUE}).")
    private int seed;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Path directory = Files.createTempDirectory("loramill-bench-train");
        try {
            return measure(out, directory);
        } finally {
            delete(directory);
        }
    }

    private int measure(PrintWriter out, Path directory) throws IOException, InterruptedException {
        Path job = writeJob(directory);
        try (PreparedRun run = PreparedRun.of(JobReader.read(job))) {
            double peak = GemmPeak.measure(run.precision(), threads);
            out.printf(
                    Locale.ROOT,
                    "%d steps of %d rows, %d tokens on average; %s, %d threads, GEMM peak %.0f"
                            + " GFLOP/s%n",
                    run.totalSteps(),
                    batchSize,
                    run.train().tokenCount() / Math.max(1, run.plan().stepCount()),
                    run.precision().label(),
                    threads,
                    peak / 1e9);
            out.flush();
            RunFigures ours = OwnRun.run(job, directory.resolve("out"), warmup, out);
            RunFigures peft =
                    python == null ? null : PeftRun.run(run, python, directory, warmup, out);
            return report(out, run, peak, ours, peft);
        }
    }

    private int report(
            PrintWriter out,
            PreparedRun run,
            double peak,
            RunFigures ours,
            @Nullable RunFigures peft)
            throws IOException {
        double operations = 4.0 * StepCost.weights(run.weights().shape());
        double utilization = ours.tokensPerSecond() * operations / peak;
        out.printf(Locale.ROOT, "%n%-28s %12s %12s%n", "", "loramill", "PEFT");
        row(out, "tokens/s", ours.tokensPerSecond(), peft == null ? null : peft.tokensPerSecond());
        row(out, "peak memory, MiB", mebibytes(ours), peft == null ? null : mebibytes(peft));
        row(out, "evaluation loss", ours.evalLoss(), peft == null ? null : peft.evalLoss());
        out.printf(
                Locale.ROOT,
                "%-28s %11.1f%%  (4 operations a weight and token)%n",
                "share of the GEMM peak",
                100 * utilization);
        ObjectNode figures = JSON.createObjectNode();
        figures.put("name", "train");
        figures.put("seed", seed);
        figures.put("precision", run.precision().label());
        figures.put("threads", threads);
        figures.put("steps", run.totalSteps());
        figures.put("tokensPerSecond", ours.tokensPerSecond());
        figures.put("peakMemoryBytes", ours.peakMemoryBytes());
        figures.put("estimatedMemoryBytes", run.memory().totalBytes());
        figures.put("evalLoss", ours.evalLoss());
        figures.put("gemmPeakFlops", peak);
        figures.put("shareOfPeak", utilization);
        boolean isOk = true;
        if (peft != null) {
            double speedup = ours.tokensPerSecond() / peft.tokensPerSecond();
            double share = (double) ours.peakMemoryBytes() / peft.peakMemoryBytes();
            double curve = RunFigures.curveDifference(ours.losses(), peft.losses(), CURVE_WINDOW);
            double eval = Math.abs(ours.evalLoss() - peft.evalLoss()) / peft.evalLoss();
            figures.put("peftTokensPerSecond", peft.tokensPerSecond());
            figures.put("peftPeakMemoryBytes", peft.peakMemoryBytes());
            figures.put("peftEvalLoss", peft.evalLoss());
            figures.put("speedup", speedup);
            figures.put("memoryShare", share);
            figures.put("lossCurveDifference", curve);
            figures.put("evalLossDifference", eval);
            out.printf(
                    Locale.ROOT,
                    "speedup %.2f (at least %.0f), memory %.3f (at most %.2f), loss curve off by"
                            + " %.2f%% (at most 2), evaluation by %.2f%% (at most 1)%n",
                    speedup,
                    LEAST_SPEEDUP,
                    share,
                    MOST_MEMORY_SHARE,
                    100 * curve,
                    100 * eval);
            isOk =
                    speedup >= LEAST_SPEEDUP
                            && share <= MOST_MEMORY_SHARE
                            && curve <= MOST_CURVE_DIFFERENCE
                            && eval <= MOST_EVAL_DIFFERENCE;
        }
        figures.put("ok", isOk);
        out.println(JSON.writeValueAsString(figures));
        out.flush();
        return isOk ? 0 : 1;
    }

    private Path writeJob(Path directory) throws IOException {
        List<String> lines =
                rows == null
                        ? MadeUpRows.lines((steps + 4) * batchSize, seed)
                        : Files.readAllLines(rows);
        int needed = steps * batchSize;
        int held = Math.min(4 * batchSize, Math.max(1, lines.size() - needed));
        Path train = directory.resolve("train.jsonl");
        Path eval = directory.resolve("eval.jsonl");
        Files.write(train, lines.subList(0, Math.min(needed, lines.size() - held)));
        Files.write(eval, lines.subList(lines.size() - held, lines.size()));
        ObjectNode job = JSON.createObjectNode();
        job.putObject("base").put("path", base.toAbsolutePath().toString());
        job.putArray("train").add(train.toString());
        job.putArray("eval").add(eval.toString());
        job.putObject("lora").put("rank", 16).put("alpha", 32);
        job.putObject("optimizer").put("learningRate", 2e-4).put("warmupSteps", 2);
        job.put("batchSize", batchSize);
        job.put("packing", false);
        job.put("maxLength", 512);
        job.put("overLength", "truncate");
        job.put("maxSteps", steps);
        job.put("precision", precision);
        job.put("threads", threads);
        job.put("seed", seed);
        if (memoryLimit != null) {
            job.put("memoryLimitBytes", memoryLimit);
        }
        Path file = directory.resolve("job.json");
        JSON.writeValue(file.toFile(), job);
        return file;
    }

    private static void row(PrintWriter out, String name, double ours, @Nullable Double theirs) {
        out.printf(
                Locale.ROOT,
                "%-28s %12.3f %12s%n",
                name,
                ours,
                theirs == null ? "-" : String.format(Locale.ROOT, "%.3f", theirs));
    }

    private static double mebibytes(RunFigures figures) {
        return figures.peakMemoryBytes() / (double) (1 << 20);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
