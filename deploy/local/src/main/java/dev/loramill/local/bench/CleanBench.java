package dev.loramill.local.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Rows a second of clean-service: a dataset to warm up, then some that are measured. With a
 * baseline, both builds are measured in turn, so that what else the machine does hits both.
 */
public final class CleanBench {
    private static final double LEDGER_BAR = 25_000;
    private static final double LOSS_BAR = 0.85;
    private static final String ROW = "%-9s %10s %10s %12s%n";

    private final CleanServiceRun.Part part;
    private final Path application;
    private final @Nullable Path baseline;
    private final int rows;
    private final int rounds;
    private final PrintWriter out;

    private CleanBench(
            CleanServiceRun.Part part,
            Path application,
            @Nullable Path baseline,
            int rows,
            int rounds,
            PrintWriter out) {
        this.part = part;
        this.application = application;
        this.baseline = baseline;
        this.rows = rows;
        this.rounds = rounds;
        this.out = out;
    }

    /** Measures the ledger alone. The bar is 25,000 rows/s. */
    public static CleanBench ledger(
            Path application, @Nullable Path baseline, int rows, int rounds, PrintWriter out) {
        return new CleanBench(
                CleanServiceRun.Part.LEDGER, application, baseline, rows, rounds, out);
    }

    /**
     * Measures rows from received to the ledger. The bar is 85 % of the baseline, if there is one.
     */
    public static CleanBench clean(
            Path application, @Nullable Path baseline, int rows, int rounds, PrintWriter out) {
        return new CleanBench(CleanServiceRun.Part.CLEAN, application, baseline, rows, rounds, out);
    }

    /** Prints a table, and one JSON object as the last line; says whether the bar was met. */
    public boolean run() throws IOException, InterruptedException, SQLException {
        List<CleanServiceRun.Measured> mine = new ArrayList<>();
        List<CleanServiceRun.Measured> theirs = new ArrayList<>();
        out.printf(ROW, "build", "rows", "rows/s", "CPU us/row");
        try (CleanServiceRun run = new CleanServiceRun(checked(application));
                CleanServiceRun other =
                        baseline == null ? null : new CleanServiceRun(checked(baseline))) {
            run.measure(part, "warm-up", rows);
            if (other != null) {
                other.measure(part, "warm-up", rows);
            }
            for (int round = 1; round <= rounds; round++) {
                if (other != null) {
                    theirs.add(print("baseline", other.measure(part, "round-" + round, rows)));
                }
                mine.add(print("this", run.measure(part, "round-" + round, rows)));
            }
        }
        double best = best(mine);
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("bench", part.name().toLowerCase(Locale.ROOT));
        result.put("rows", rows).put("rounds", rounds);
        result.put("rowsPerSecond", Math.round(best));
        result.put("cpuMicrosPerRow", Math.round(cpu(mine) * 10) / 10.0);
        boolean isOk = part != CleanServiceRun.Part.LEDGER || best >= LEDGER_BAR;
        if (!theirs.isEmpty()) {
            result.put("baselineRowsPerSecond", Math.round(best(theirs)));
            result.put("baselineCpuMicrosPerRow", Math.round(cpu(theirs) * 10) / 10.0);
            isOk &= best >= LOSS_BAR * best(theirs);
        }
        result.put("ok", isOk);
        out.println(result);
        out.flush();
        return isOk;
    }

    private CleanServiceRun.Measured print(String build, CleanServiceRun.Measured measured) {
        out.printf(
                ROW,
                build,
                "%,d".formatted(measured.rows()),
                "%,.0f".formatted(measured.rowsPerSecond()),
                "%.1f".formatted(measured.cpuMicrosPerRow()));
        out.flush();
        return measured;
    }

    private static double best(List<CleanServiceRun.Measured> rounds) {
        return rounds.stream().mapToDouble(CleanServiceRun.Measured::rowsPerSecond).max().orElse(0);
    }

    private static double cpu(List<CleanServiceRun.Measured> rounds) {
        return rounds.stream()
                .mapToDouble(CleanServiceRun.Measured::cpuMicrosPerRow)
                .min()
                .orElse(0);
    }

    private static Path checked(Path application) throws IOException {
        if (!Files.isRegularFile(application.resolve("quarkus-run.jar"))) {
            throw new IOException(
                    "\"%s\" holds no quarkus-run.jar: name the folder quarkus-app of a built clean-service"
                            .formatted(application));
        }
        return application;
    }
}
