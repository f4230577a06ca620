package dev.loramill.llama.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
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
    private static final Duration CYCLES_LIMIT = Duration.ofHours(1);

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--cycles",
            paramLabel = "N",
            description = "Cycles on each library, default ${DEFAULT-VALUE}.",
            defaultValue = "10000",
            converter = AtLeastOne.class)
    private int cycles;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the adapters, default ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private long seed;

    @Option(names = "--no-native", description = "Give no broken adapter to native code.")
    private boolean skipsNative;

    @Option(
            names = "--reasons",
            description = "Print Java's and native code's own words for each broken adapter.")
    private boolean tellsReasons;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> figures = new LinkedHashMap<>();
        boolean ok = true;
        for (NativesSource source : NativesLookup.all()) {
            ok &= cycle(source, out, figures);
        }
        Path folder = Files.createTempDirectory("loramill-stress");
        try {
            BrokenAdapterTrials trials = new BrokenAdapterTrials(folder, out, tellsReasons);
            ok &= trials.run(skipsNative ? Set.of() : NativesLookup.all(), figures);
        } finally {
            TemporaryFolder.delete(folder);
        }
        return new BenchVerdict("adapters", seed, figures, ok).print(out);
    }

    /** Short name of a source's library. */
    static String name(NativesSource source) {
        return switch (source) {
            case NativesSource.FetchedBuild(_) -> "current";
            case NativesSource.JavaLlamaJar() -> "java-llama.cpp";
        };
    }

    private boolean cycle(NativesSource source, PrintWriter out, Map<String, Object> figures)
            throws IOException, InterruptedException {
        String name = name(source);
        out.printf(Locale.ROOT, "%s: %d cycles beside two decoding threads ...%n", name, cycles);
        out.flush();
        NativeTrial.End end =
                NativeTrial.run(
                        CYCLES_LIMIT,
                        AdapterCycles.class.getName(),
                        source.name(),
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
}
