package dev.loramill.trainer.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.trainer.loop.PreparedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table of a measurement, and its last line. */
final class BenchReport {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final double MOST_ESTIMATE_DIFFERENCE = 0.15;

    private final PreparedRun run;
    private final BenchBase base;
    private final double gemmPeak;
    private final RunFigures ours;
    private final @Nullable PeftFigures peft;

    /**
     * Takes what was measured.
     *
     * @param gemmPeak operations a second of all threads
     * @param peft null where there was no comparison
     */
    BenchReport(
            PreparedRun run,
            BenchBase base,
            double gemmPeak,
            RunFigures ours,
            @Nullable PeftFigures peft) {
        this.run = run;
        this.base = base;
        this.gemmPeak = gemmPeak;
        this.ours = ours;
        this.peft = peft;
    }

    /** Prints all and tells whether the bar is met. */
    boolean print(PrintWriter out) throws IOException {
        out.printf(Locale.ROOT, "%n%-34s %12s %12s%n", "", "loramill", "PEFT");
        RunFigures theirs = peft == null ? null : peft.run();
        row(
                out,
                "tokens/s",
                ours.tokensPerSecond(),
                theirs == null ? null : theirs.tokensPerSecond());
        row(out, "peak memory, MiB", mebibytes(ours), theirs == null ? null : mebibytes(theirs));
        row(
                out,
                "evaluation loss, as each reports",
                ours.evalLoss(),
                theirs == null ? null : theirs.evalLoss());
        if (peft != null) {
            row(out, "same adapters, by PEFT in fp32", peft.oursEvalLoss(), peft.adapterEvalLoss());
            row(out, "computed tokens a real one", 1, peft.tokensPerRealToken());
        }
        long estimate = run.memory().totalBytes();
        double estimateOff = (double) estimate / ours.peakMemoryBytes() - 1;
        out.printf(
                Locale.ROOT,
                "%-34s %12.3f   (%+.1f%% of the peak, at most %.0f)%n",
                "estimated memory, MiB",
                estimate / (double) (1 << 20),
                100 * estimateOff,
                100 * MOST_ESTIMATE_DIFFERENCE);
        printParts(out);
        boolean isOk = Math.abs(estimateOff) <= MOST_ESTIMATE_DIFFERENCE;
        ObjectNode figures = figures(estimateOff);
        if (peft != null) {
            PeftComparison verdict = PeftComparison.of(ours, peft);
            out.println();
            verdict.print(out);
            verdict.write(figures);
            isOk &= verdict.isMet();
        }
        figures.put("ok", isOk);
        out.println(JSON.writeValueAsString(figures));
        out.flush();
        return isOk;
    }

    /** Where a token's time goes, against what its products take at the GEMM peak. */
    private void printParts(PrintWriter out) {
        double whole = 1e3 / ours.tokensPerSecond();
        out.printf(Locale.ROOT, "%n%-34s %12s %12s%n", "where the time goes", "ms/token", "share");
        ours.partMillisPerToken()
                .forEach((part, millis) ->
                        out.printf(
                                Locale.ROOT,
                                "  %-32s %12.4f %11.1f%%%n",
                                part,
                                millis,
                                100 * millis / whole));
        out.printf(Locale.ROOT, "  %-32s %12.4f%n", "whole step (medians, as above)", whole);
        out.printf(
                Locale.ROOT,
                "  %-32s %12.4f %11.1f%%  (4 operations a weight and token, %.0f GFLOP/s)%n",
                "at the GEMM peak",
                idealMillis(),
                100 * idealMillis() / whole,
                gemmPeak / 1e9);
    }

    private double idealMillis() {
        return 1e3 * 4.0 * StepCost.weights(run.weights().shape()) / gemmPeak;
    }

    private ObjectNode figures(double estimateOff) {
        ObjectNode figures = JSON.createObjectNode();
        figures.put("name", "train");
        figures.put("base", base.description());
        figures.put("seed", run.job().seed());
        figures.put("precision", run.precision().label());
        figures.put("threads", run.job().threads());
        figures.put("steps", run.totalSteps());
        figures.put("timedSteps", ours.timed().size());
        figures.put("tokensPerSecond", ours.tokensPerSecond());
        figures.put("peakMemoryBytes", ours.peakMemoryBytes());
        figures.put("estimatedMemoryBytes", run.memory().totalBytes());
        figures.put("estimateOff", estimateOff);
        figures.put("retainedBlocks", run.memory().options().retainedBlocks());
        figures.put("evalLoss", ours.evalLoss());
        figures.put("gemmPeakFlops", gemmPeak);
        figures.put("shareOfPeak", idealMillis() * ours.tokensPerSecond() / 1e3);
        ObjectNode parts = figures.putObject("partMillisPerToken");
        for (Map.Entry<String, Double> part : ours.partMillisPerToken().entrySet()) {
            parts.put(part.getKey(), part.getValue());
        }
        if (peft != null) {
            figures.put("peftTokensPerSecond", peft.run().tokensPerSecond());
            figures.put("peftPeakMemoryBytes", peft.run().peakMemoryBytes());
            figures.put("peftEvalLoss", peft.run().evalLoss());
            figures.put("adapterEvalLossInSinglePrecision", peft.oursEvalLoss());
            figures.put("peftAdapterEvalLossInSinglePrecision", peft.adapterEvalLoss());
            figures.put("peftTokensPerRealToken", peft.tokensPerRealToken());
        }
        return figures;
    }

    private static void row(PrintWriter out, String name, double ours, @Nullable Double theirs) {
        out.printf(
                Locale.ROOT,
                "%-34s %12.3f %12s%n",
                name,
                ours,
                theirs == null ? "-" : String.format(Locale.ROOT, "%.3f", theirs));
    }

    private static double mebibytes(RunFigures figures) {
        return figures.peakMemoryBytes() / (double) (1 << 20);
    }
}
