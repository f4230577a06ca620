package dev.loramill.trainer.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.trainer.job.JobReader;
import dev.loramill.trainer.loop.PreparedRun;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.parallel.Share;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells what a job will do and take, without doing it. */
@Command(
        name = "plan",
        description = {
            "Checks a job and prints its steps and its memory by part.",
            "The last line is a JSON object with the same figures."
        },
        mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Option(names = "--job", required = true, description = "The job, a JSON file.")
    private Path job;

    @Mixin private final ComputeOptions compute = new ComputeOptions();

    @Option(
            names = "--world-size",
            paramLabel = "N",
            defaultValue = "1",
            description = "Processes that share each step (${DEFAULT-VALUE}).")
    private int worldSize;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        RankLauncher.requireWorldSize(worldSize);
        try (PreparedRun run =
                PreparedRun.of(
                        JobReader.read(job, worldSize, compute.overrides()),
                        new Share(0, worldSize))) {
            LoraLayout layout = new LoraLayout(run.weights().shape(), run.job().lora());
            row(
                    out,
                    "rows",
                    run.train().documents().size()
                            + " train, "
                            + run.eval().documents().size()
                            + " eval");
            row(out, "tokens a pass", run.train().tokenCount());
            row(out, "steps", run.totalSteps());
            row(out, "processes", worldSize);
            row(out, "threads of a process", run.job().threads());
            row(out, "tokens in the largest batch", run.memory().options().maxRows());
            row(out, "trainable parameters", layout.length());
            row(out, "device", run.compute().device().label() + ": " + run.compute().reason());
            row(out, "kernels", run.compute().kernels());
            row(out, "precision", run.precision().label());
            row(out, "dequantized weights kept", run.memory().options().keepsWeights());
            row(
                    out,
                    "blocks that keep activations",
                    run.memory().options().retainedBlocks()
                            + " of "
                            + run.weights().shape().blockCount());
            out.println("memory of a process, MiB");
            run.memory().bytesByPart().forEach((part, bytes) -> mebibytes(out, part, bytes));
            mebibytes(out, "total", run.memory().totalBytes());
            mebibytes(out, "limit", run.memory().limitBytes());
            mebibytes(out, "total of all processes", worldSize * run.memory().totalBytes());
            if (!run.memory().deviceBytesByPart().isEmpty()) {
                out.println("memory of " + run.compute().device().label() + ", MiB");
                run.memory()
                        .deviceBytesByPart()
                        .forEach((part, bytes) -> mebibytes(out, part, bytes));
                mebibytes(out, "total", run.memory().deviceTotalBytes());
                mebibytes(out, "limit", run.memory().deviceLimitBytes());
            }
            ObjectNode figures = JSON.createObjectNode();
            figures.put("name", "plan");
            figures.put("totalSteps", run.totalSteps());
            figures.put("trainTokensPerEpoch", run.train().tokenCount());
            figures.put("trainableParameters", layout.length());
            figures.put("device", run.compute().device().label());
            figures.put("deviceReason", run.compute().reason());
            figures.put("kernels", run.compute().kernels());
            figures.put("precision", run.precision().label());
            figures.put("keepsWeights", run.memory().options().keepsWeights());
            figures.put("retainedBlocks", run.memory().options().retainedBlocks());
            ObjectNode parts = figures.putObject("memoryBytes");
            run.memory().bytesByPart().forEach(parts::put);
            figures.put("totalMemoryBytes", run.memory().totalBytes());
            figures.put("worldSize", worldSize);
            figures.put("threads", run.job().threads());
            figures.put("memoryBytesOfAllProcesses", worldSize * run.memory().totalBytes());
            figures.put("limitBytes", run.memory().limitBytes());
            ObjectNode onDevice = figures.putObject("deviceMemoryBytes");
            run.memory().deviceBytesByPart().forEach(onDevice::put);
            figures.put("totalDeviceMemoryBytes", run.memory().deviceTotalBytes());
            figures.put("deviceLimitBytes", run.memory().deviceLimitBytes());
            figures.put("ok", true);
            out.println(JSON.writeValueAsString(figures));
        }
        out.flush();
        return 0;
    }

    private static void row(PrintWriter out, String name, Object value) {
        out.printf(Locale.ROOT, "%-32s %s%n", name, value);
    }

    private static void mebibytes(PrintWriter out, String name, long bytes) {
        out.printf(Locale.ROOT, "  %-30s %,10.1f%n", name, bytes / (double) (1 << 20));
    }
}
