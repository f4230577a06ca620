package dev.loramill.trainer.bench;

import dev.loramill.trainer.job.JobReader;
import dev.loramill.trainer.loop.PreparedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the trainer, and PEFT on the same rows in turn. */
@Command(
        name = "train",
        description = {
            "Trains some steps as a job does and prints tokens a second, memory beside its"
                    + " estimate, and where the time goes against the GEMM peak; with --python the"
                    + " same steps in PEFT between two runs of ours: same base file, initial"
                    + " adapter, rows in each batch, precision and threads. Tokens are real ones,"
                    + " without padding; speeds are medians over the steps after the warm-up.",
            "The bar: memory within 15 %% of its estimate; with --python also at least 3 times"
                    + " PEFT's tokens a second at a quarter of its memory, loss curves within 2 %%"
                    + " (mean of 5 steps), evaluation losses of the two adapters within 1 %%, both"
                    + " measured by PEFT in single precision.",
            "The last line is a JSON object; exit code 0 only if the bar is met."
        },
        mixinStandardHelpOptions = true)
public final class BenchTrain implements Callable<Integer> {
    @Mixin private BenchInput input = new BenchInput();

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
            description = "Sequences of a step (${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--max-length",
            defaultValue = "512",
            description = "Tokens of a sequence (${DEFAULT-VALUE}).")
    private int maxLength;

    @Option(names = "--no-packing", description = "Give each row a sequence of its own.")
    private boolean isUnpacked;

    @Option(
            names = "--precision",
            defaultValue = "bf16",
            description = "bf16 or fp32 (${DEFAULT-VALUE}).")
    private String precision = "bf16";

    @Option(
            names = "--block-checkpointing",
            defaultValue = "auto",
            description = "auto, on or off (${DEFAULT-VALUE}).")
    private String blockCheckpointing = "auto";

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
            return measure(out, directory) ? 0 : 1;
        } finally {
            delete(directory);
        }
    }

    private boolean measure(PrintWriter out, Path directory)
            throws IOException, InterruptedException {
        PeftRun peftRun = python == null ? null : PeftRun.of(python, directory);
        BenchBase found = BenchBase.of(input.base(), System.getenv(), directory);
        Path job =
                new BenchJob(
                                found.path(),
                                input.rows(),
                                steps,
                                batchSize,
                                maxLength,
                                !isUnpacked,
                                precision,
                                "auto",
                                blockCheckpointing,
                                memoryLimit,
                                threads,
                                seed)
                        .write(directory);
        try (PreparedRun run = PreparedRun.of(JobReader.read(job))) {
            double peak = GemmPeak.measure(run.precision(), threads);
            out.printf(
                    Locale.ROOT,
                    "base: %s%n%d steps of %d tokens on average; %s, %d threads, GEMM peak %.0f"
                            + " GFLOP/s%n",
                    found.description(),
                    run.totalSteps(),
                    run.train().tokenCount() / Math.max(1, run.plan().stepCount()),
                    run.precision().label(),
                    threads,
                    peak / 1e9);
            out.flush();
            Path first = directory.resolve("first");
            RunFigures ours = OwnRun.run(job, first, warmup, out);
            PeftFigures peft = null;
            if (peftRun != null) {
                Path adapter = first.resolve(OwnRun.PEFT_FOLDER);
                peft = peftRun.run(run, adapter, directory, warmup, out);
                ours = ours.plus(OwnRun.run(job, directory.resolve("second"), warmup, out));
            }
            peak = Math.max(peak, GemmPeak.measure(run.precision(), threads));
            return new BenchReport(run, found, peak, ours, peft).print(out);
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
