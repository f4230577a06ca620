package dev.loramill.llama.cli;

import dev.loramill.llama.gguf.AdapterOutcome;
import dev.loramill.llama.gguf.AdapterValidator;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufFault;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.tiny.BrokenAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Gives every kind of broken adapter to the validator and, in a process of its own, unchecked to
 * each library, and prints what came of it side by side.
 */
final class BrokenAdapterTrials {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final TinyLlama TINY =
            TinyLlama.standard().withTypes(GgmlType.Q8_0, GgmlType.Q8_0);

    private final Path folder;
    private final PrintWriter out;
    private final boolean tellsReasons;

    BrokenAdapterTrials(Path folder, PrintWriter out, boolean tellsReasons) {
        this.folder = folder;
        this.out = out;
        this.tellsReasons = tellsReasons;
    }

    /**
     * Runs all trials.
     *
     * @return whether every adapter was refused by the rule that it breaks
     */
    boolean run(Set<NativesSource> libraries, Map<String, Object> figures)
            throws IOException, InterruptedException {
        Path base = TINY.write(folder.resolve("base.gguf"));
        AdapterValidator validator = new AdapterValidator(TINY.hyperparameters());
        Map<String, Map<String, Integer>> counts = new LinkedHashMap<>();
        out.printf(Locale.ROOT, "%n%-28s %-16s", "broken adapter", "refused by");
        for (NativesSource library : libraries) {
            out.printf(Locale.ROOT, " %-38s", AdapterStress.name(library) + " unchecked");
        }
        out.println();
        int refused = 0;
        for (BrokenAdapter broken : BrokenAdapter.values()) {
            Path file = broken.write(folder.resolve("broken.gguf"), TINY.hyperparameters());
            String fault = fault(validator, broken, file);
            refused += fault.isEmpty() ? 0 : 1;
            Map<String, String> reasons = new LinkedHashMap<>();
            reasons.put("Java", fault);
            out.printf(
                    Locale.ROOT,
                    "%-28s %-16s",
                    broken.name(),
                    fault.isEmpty() ? "NOT " + broken.rule() : broken.rule());
            for (NativesSource library : libraries) {
                String name = AdapterStress.name(library);
                String what = unchecked(library, base, file);
                String summary = summary(what);
                reasons.put(name, what);
                counts.computeIfAbsent(name, _ -> new LinkedHashMap<>())
                        .merge(summary, 1, Integer::sum);
                out.printf(Locale.ROOT, " %-38s", summary.startsWith("process") ? what : summary);
            }
            out.println();
            if (tellsReasons) {
                reasons.forEach(
                        (who, reason) -> out.printf(Locale.ROOT, "    %s: %s%n", who, reason));
            }
            out.flush();
        }
        int kinds = BrokenAdapter.values().length;
        figures.put("broken_adapters", kinds);
        figures.put("broken_refused_by_rule", refused);
        counts.forEach((name, count) -> figures.put(name + "_unchecked", count));
        return refused == kinds;
    }

    /** What the validator says of the rule that the adapter breaks; empty if it says nothing. */
    private static String fault(AdapterValidator validator, BrokenAdapter broken, Path file)
            throws IOException {
        return switch (validator.validate(file)) {
            case AdapterOutcome.Accepted(_) -> "";
            case AdapterOutcome.Refused(List<GgufFault> faults) ->
                    faults.stream()
                            .filter(fault -> fault.rule().equals(broken.rule()))
                            .map(GgufFault::toString)
                            .findFirst()
                            .orElse("");
        };
    }

    private static String unchecked(NativesSource library, Path base, Path file)
            throws IOException, InterruptedException {
        NativeTrial.End end =
                NativeTrial.run(
                        LIMIT,
                        UncheckedTrial.class.getName(),
                        library.name(),
                        base.toString(),
                        file.toString());
        if (end.isKilled()) {
            return "process ended, " + end.signal();
        }
        return end.code() != 0 || end.lastLine().isEmpty()
                ? "process ended, code " + end.code()
                : end.lastLine();
    }

    private static String summary(String what) {
        return what.startsWith("process ended")
                ? "process ended"
                : what.startsWith("refused") ? "refused" : what;
    }
}
