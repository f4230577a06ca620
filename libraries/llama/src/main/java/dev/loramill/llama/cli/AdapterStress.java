package dev.loramill.llama.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.llama.binding.UncheckedTrial;
import dev.loramill.llama.gguf.AdapterOutcome;
import dev.loramill.llama.gguf.AdapterValidator;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufFault;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.tiny.BrokenAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loramill stress adapters}: adapters in flight, and adapters that must not fly. */
@Command(
        name = "adapters",
        description = {
            "Loads, attaches, decodes with, detaches and frees adapters beside two decoding threads on"
                    + " each library that is here, then gives every kind of broken adapter to the"
                    + " validator and, in a process of its own, unchecked to native code.",
            "Bar: no wrong logits, every adapter has its effect, resident memory grows by less than"
                    + " 16 MB after the first fifth; every broken adapter is refused by its rule."
        },
        mixinStandardHelpOptions = true)
final class AdapterStress implements Callable<Integer> {
    private static final long MOST_GROWTH_KILOBYTES = 16 * 1024;
    private static final int CYCLES_TIMEOUT_SECONDS = 3600;
    private static final int TRIAL_TIMEOUT_SECONDS = 120;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--cycles",
            paramLabel = "N",
            description = "Cycles on each library, default ${DEFAULT-VALUE}.",
            defaultValue = "10000")
    private int cycles;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the adapters, default ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private long seed;

    @Option(names = "--no-native", description = "Give no broken adapter to native code.")
    private boolean skipsNative;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> figures = new LinkedHashMap<>();
        boolean ok = true;
        Map<String, String> libraries = libraries();
        for (Map.Entry<String, String> library : libraries.entrySet()) {
            ok &= cycle(library.getKey(), library.getValue(), out, figures);
        }
        Path folder = Files.createTempDirectory("loramill-stress");
        try {
            ok &= refuseBroken(libraries, folder, out, figures);
        } finally {
            TemporaryFolder.delete(folder);
        }
        return new BenchVerdict("adapters", seed, figures, ok).print(out);
    }

    /** Short names and the arguments that name the libraries to a child process. */
    private static Map<String, String> libraries() {
        Set<NativesSource> sources = new LinkedHashSet<>();
        sources.add(NativesLookup.find());
        sources.add(new NativesSource.JavaLlamaJar());
        Map<String, String> libraries = new LinkedHashMap<>();
        for (NativesSource source : sources) {
            switch (source) {
                case NativesSource.FetchedBuild(Path directory) ->
                        libraries.put("current", directory.toString());
                case NativesSource.JavaLlamaJar() ->
                        libraries.put("java-llama.cpp", NativesLookup.CLASS_PATH);
            }
        }
        return libraries;
    }

    private boolean cycle(
            String name, String argument, PrintWriter out, Map<String, Object> figures)
            throws IOException, InterruptedException {
        out.printf(Locale.ROOT, "%s: %d cycles beside two decoding threads ...%n", name, cycles);
        out.flush();
        ChildJava.End end =
                ChildJava.run(
                        CYCLES_TIMEOUT_SECONDS,
                        AdapterCycles.class.getName(),
                        argument,
                        Integer.toString(cycles),
                        Long.toString(seed));
        if (end.code() != 0) {
            out.printf(
                    Locale.ROOT,
                    "%s: the process ended with %s%n",
                    name,
                    end.isKilled() ? end.signal() : "code " + end.code());
            figures.put(name + "_exit_code", end.code());
            return false;
        }
        JsonNode result = new ObjectMapper().readTree(end.lastLine());
        long growth =
                result.get("resident_kb_end").asLong() - result.get("resident_kb_settled").asLong();
        out.printf(
                Locale.ROOT,
                "%s: %s s, %s decodes beside; wrong after detach %s, wrong beside %s, without effect"
                        + " %s; resident %d MB, grown by %d KB%n",
                name,
                result.get("seconds"),
                result.get("decodes_beside"),
                result.get("wrong_after_detach"),
                result.get("wrong_beside"),
                result.get("without_effect"),
                result.get("resident_kb_end").asLong() / 1024,
                growth);
        out.flush();
        figures.put(name, result);
        return result.get("wrong_after_detach").asLong() == 0
                && result.get("wrong_beside").asLong() == 0
                && result.get("without_effect").asLong() == 0
                && growth < MOST_GROWTH_KILOBYTES;
    }

    private boolean refuseBroken(
            Map<String, String> libraries,
            Path folder,
            PrintWriter out,
            Map<String, Object> figures)
            throws IOException, InterruptedException {
        TinyLlama tiny = TinyLlama.standard().withTypes(GgmlType.Q8_0, GgmlType.Q8_0);
        Path base = tiny.write(folder.resolve("base.gguf"));
        AdapterValidator validator = new AdapterValidator(tiny.hyperparameters());
        int refused = 0;
        Map<String, Map<String, Integer>> unchecked = new LinkedHashMap<>();
        out.printf(Locale.ROOT, "%n%-28s %-16s", "broken adapter", "refused by");
        libraries.keySet().forEach(name -> out.printf(Locale.ROOT, " %-38s", name + " unchecked"));
        out.println();
        for (BrokenAdapter broken : BrokenAdapter.values()) {
            Path file = broken.write(folder.resolve("broken.gguf"), tiny.hyperparameters());
            boolean isRefused = isRefusedByItsRule(validator, broken, file);
            refused += isRefused ? 1 : 0;
            out.printf(
                    Locale.ROOT,
                    "%-28s %-16s",
                    broken.name(),
                    isRefused ? broken.rule() : "NOT " + broken.rule());
            if (!skipsNative) {
                for (Map.Entry<String, String> library : libraries.entrySet()) {
                    ChildJava.End end =
                            ChildJava.run(
                                    TRIAL_TIMEOUT_SECONDS,
                                    UncheckedTrial.class.getName(),
                                    library.getValue(),
                                    base.toString(),
                                    file.toString());
                    String what = describe(end);
                    out.printf(Locale.ROOT, " %-38s", what);
                    unchecked
                            .computeIfAbsent(library.getKey(), _ -> new LinkedHashMap<>())
                            .merge(summary(what), 1, Integer::sum);
                }
            }
            out.println();
            out.flush();
        }
        int kinds = BrokenAdapter.values().length;
        figures.put("broken_adapters", kinds);
        figures.put("broken_refused_by_rule", refused);
        unchecked.forEach((name, counts) -> figures.put(name + "_unchecked", counts));
        return refused == kinds;
    }

    private static boolean isRefusedByItsRule(
            AdapterValidator validator, BrokenAdapter broken, Path file) throws IOException {
        return validator.validate(file) instanceof AdapterOutcome.Refused(List<GgufFault> faults)
                && faults.stream().anyMatch(fault -> fault.rule().equals(broken.rule()));
    }

    private static String describe(ChildJava.End end) {
        if (end.isKilled()) {
            return "process ended, " + end.signal();
        }
        if (end.code() != 0 || end.lastLine().isEmpty()) {
            return "process ended, code " + end.code();
        }
        return end.lastLine().startsWith("refused") ? "refused" : end.lastLine();
    }

    private static String summary(String what) {
        return what.startsWith("process ended") ? "process ended" : what;
    }
}
