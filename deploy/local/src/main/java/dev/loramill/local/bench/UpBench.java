package dev.loramill.local.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.local.launch.LaunchException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to have the whole stack running: time until all is ready, and memory when nothing
 * is asked of it. With a baseline, both checkouts are measured in turn, so that what else the
 * machine does hits both.
 */
public final class UpBench {
    private static final double TIME_BAR = 1.20;
    private static final double MEMORY_BAR = 1.15;
    private static final String ROW = "%-9s %-7s %10s %12s %14s%n";

    private final Path checkout;
    private final @Nullable Path baseline;
    private final String base;
    private final int rounds;
    private final Duration idle;
    private final PrintWriter out;

    /**
     * Makes a bench.
     *
     * @param checkout the source tree to measure, whose {@code ./loramill} is run
     * @param baseline another one; null for none
     * @param base id or GGUF file of the base that is served
     * @param rounds starts that count, behind a first one in an empty home
     * @param idle how long nothing is asked before memory is read
     * @param out takes the table
     */
    public UpBench(
            Path checkout,
            @Nullable Path baseline,
            String base,
            int rounds,
            Duration idle,
            PrintWriter out) {
        this.checkout = checkout;
        this.baseline = baseline;
        this.base = base;
        this.rounds = rounds;
        this.idle = idle;
        this.out = out;
    }

    /**
     * Prints a table, and one JSON object as the last line; says whether the bars were met: at most
     * 120 % of the baseline's time and 115 % of its memory.
     *
     * @throws LaunchException for a folder that is no checkout, or a stack that did not start
     */
    public boolean run() throws LaunchException, IOException, InterruptedException {
        out.printf(ROW, "build", "start", "ready s", "CPU s", "idle MB");
        Path other = baseline;
        try (StackRun mine = new StackRun(checked(checkout), base);
                StackRun theirs = other == null ? null : new StackRun(checked(other), base)) {
            List<StackRun.Measured> ours = new ArrayList<>();
            List<StackRun.Measured> before = new ArrayList<>();
            for (int round = 0; round <= rounds; round++) {
                if (theirs != null) {
                    measure("baseline", theirs, round, before);
                }
                measure("this", mine, round, ours);
            }
            return verdict(ours, before);
        }
    }

    private void measure(String build, StackRun stack, int round, List<StackRun.Measured> measured)
            throws LaunchException, IOException, InterruptedException {
        StackRun.Measured start = stack.measure(idle);
        out.printf(
                ROW,
                build,
                round == 0 ? "first" : "again",
                "%.1f".formatted(start.readySeconds()),
                "%.1f".formatted(start.cpuSeconds()),
                "%,d".formatted(start.idleBytes() / 1_000_000));
        out.flush();
        // The first start unpacks PostgreSQL, writes class archives and may build and download.
        if (round > 0) {
            measured.add(start);
        }
    }

    private boolean verdict(List<StackRun.Measured> ours, List<StackRun.Measured> before) {
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("bench", "up").put("rounds", rounds);
        StackRun.Measured mine = median(ours);
        put(result, "", mine);
        boolean isOk = true;
        if (!before.isEmpty()) {
            StackRun.Measured old = median(before);
            put(result, "baseline_", old);
            double time = mine.readySeconds() / old.readySeconds();
            double memory = (double) mine.idleBytes() / old.idleBytes();
            result.put("time_ratio", hundredths(time)).put("memory_ratio", hundredths(memory));
            isOk = time <= TIME_BAR && memory <= MEMORY_BAR;
        }
        result.put("ok", isOk);
        out.println(result);
        out.flush();
        return isOk;
    }

    private static void put(ObjectNode result, String prefix, StackRun.Measured start) {
        result.put(prefix + "ready_seconds", hundredths(start.readySeconds()));
        result.put(prefix + "cpu_seconds", hundredths(start.cpuSeconds()));
        result.put(prefix + "idle_megabytes", start.idleBytes() / 1_000_000);
    }

    private static double hundredths(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static StackRun.Measured median(List<StackRun.Measured> all) {
        int middle = all.size() / 2;
        return new StackRun.Measured(
                sorted(all.stream().mapToDouble(StackRun.Measured::readySeconds).toArray())[middle],
                sorted(all.stream().mapToDouble(StackRun.Measured::cpuSeconds).toArray())[middle],
                (long)
                        sorted(all.stream().mapToDouble(StackRun.Measured::idleBytes).toArray())[
                                middle]);
    }

    private static double[] sorted(double[] values) {
        Arrays.sort(values);
        return values;
    }

    private static Path checked(Path checkout) throws LaunchException {
        if (!Files.isExecutable(checkout.resolve("loramill"))) {
            throw new LaunchException(
                    "\"%s\" holds no ./loramill: name a checkout of Loramill".formatted(checkout));
        }
        return checkout.toAbsolutePath().normalize();
    }
}
