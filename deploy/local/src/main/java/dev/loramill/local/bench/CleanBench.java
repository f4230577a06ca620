package dev.loramill.local.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.local.launch.LaunchException;
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

    private final Part part;
    private final Path application;
    private final @Nullable Path baseline;
    private final int rows;
    private final int rounds;
    private final List<String> jvmOptions;
    private final List<String> baselineJvmOptions;
    private final PrintWriter out;

    /** Which part of the service is measured. */
    public enum Part {
        /** Rows that come as cleaned already: only the ledger works. The bar is 25,000 rows/s. */
        LEDGER,
        /** Rows as they are received: topology and ledger work. */
        CLEAN
    }

    /**
     * Makes a bench. With a baseline the bar is 85 % of its rows/s, too.
     *
     * @param application folder {@code quarkus-app} of the build to measure
     * @param baseline that of another build; null for none
     * @param rows rows of a round
     * @param rounds rounds behind the warm-up
     * @param jvmOptions options of the service's JVM, behind those of {@code ./loramill up}
     * @param baselineJvmOptions the same for the baseline
     * @param out takes the table
     */
    public CleanBench(
            Part part,
            Path application,
            @Nullable Path baseline,
            int rows,
            int rounds,
            List<String> jvmOptions,
            List<String> baselineJvmOptions,
            PrintWriter out) {
        this.part = part;
        this.application = application;
        this.baseline = baseline;
        this.rows = rows;
        this.rounds = rounds;
        this.jvmOptions = List.copyOf(jvmOptions);
        this.baselineJvmOptions = List.copyOf(baselineJvmOptions);
        this.out = out;
    }

    /** Prints a table, and one JSON object as the last line; says whether the bar was met. */
    public boolean run() throws LaunchException, IOException, InterruptedException, SQLException {
        List<CleanServiceRun.Measured> mine = new ArrayList<>();
        List<CleanServiceRun.Measured> theirs = new ArrayList<>();
        out.printf(ROW, "build", "rows", "rows/s", "CPU us/row");
        Path other = baseline;
        if (other != null) {
            theirs.addAll(drain("baseline", other, baselineJvmOptions));
        }
        mine.addAll(drain("this", application, jvmOptions));
        CleanServiceRun.Measured all = sum(mine);
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("bench", part.name().toLowerCase(Locale.ROOT));
        result.put("rows", rows).put("rounds", rounds);
        result.put("rowsPerSecond", Math.round(all.rowsPerSecond()));
        result.put("cpuMicrosPerRow", Math.round(all.cpuMicrosPerRow() * 10) / 10.0);
        boolean isOk = part != Part.LEDGER || all.rowsPerSecond() >= LEDGER_BAR;
        if (!theirs.isEmpty()) {
            CleanServiceRun.Measured before = sum(theirs);
            result.put("baselineRowsPerSecond", Math.round(before.rowsPerSecond()));
            result.put("baselineCpuMicrosPerRow", Math.round(before.cpuMicrosPerRow() * 10) / 10.0);
            isOk &= all.rowsPerSecond() >= LOSS_BAR * before.rowsPerSecond();
        }
        result.put("ok", isOk);
        out.println(result);
        out.flush();
        return isOk;
    }

    private List<CleanServiceRun.Measured> drain(String build, Path folder, List<String> options)
            throws LaunchException, IOException, InterruptedException, SQLException {
        try (CleanServiceRun run = new CleanServiceRun(checked(folder), options)) {
            List<CleanServiceRun.Measured> measured = run.drain(part, rounds + 1, rows);
            measured.forEach(round -> print(build, round));
            return measured;
        }
    }

    private void print(String build, CleanServiceRun.Measured measured) {
        out.printf(
                ROW,
                build,
                "%,d".formatted(measured.rows()),
                "%,.0f".formatted(measured.rowsPerSecond()),
                "%.1f".formatted(measured.cpuMicrosPerRow()));
        out.flush();
    }

    /** Of all rounds together, since the ledger and the topology do not end them at once. */
    private static CleanServiceRun.Measured sum(List<CleanServiceRun.Measured> rounds) {
        return new CleanServiceRun.Measured(
                rounds.stream().mapToInt(CleanServiceRun.Measured::rows).sum(),
                rounds.stream().mapToDouble(CleanServiceRun.Measured::seconds).sum(),
                rounds.stream().mapToDouble(CleanServiceRun.Measured::cpuSeconds).sum());
    }

    private static Path checked(Path application) throws LaunchException {
        if (!Files.isRegularFile(application.resolve("quarkus-run.jar"))) {
            throw new LaunchException(
                    "\"%s\" holds no quarkus-run.jar: name the folder quarkus-app of a built clean-service"
                            .formatted(application));
        }
        return application;
    }
}
