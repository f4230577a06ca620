package dev.loramill.llama.cli;

import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loramill bench binding}: what the binding costs, and how fast the libraries are. */
@Command(
        name = "binding",
        description = {
            "Measures the binding's own time a decode, and prefill and decode of one sequence on"
                    + " each library that is here, in turn.",
            "Bar: the binding adds at most 5 µs to a decode; with --python, prefill and decode of the"
                    + " current build reach 0.9 of xllamacpp's on the same file."
        },
        mixinStandardHelpOptions = true)
final class BindingBench implements Callable<Integer> {
    private static final double MOST_ADDED_NANOS = 5_000;
    private static final double LEAST_OF_PEER = 0.9;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private BenchOptions options;

    @Option(
            names = "--base",
            paramLabel = "FILE",
            description = "A GGUF file; random weights in the shape of SmolLM2-135M unless given.")
    private @Nullable Path base;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Path folder = Files.createTempDirectory("loramill-bench");
        try {
            Path file = base != null ? base : writeBase(folder.resolve("135m.gguf"));
            Path tiny = TinyLlama.standard().withBlockCount(1).write(folder.resolve("tiny.gguf"));
            return measure(file, tiny, out);
        } finally {
            TemporaryFolder.delete(folder);
        }
    }

    private static Path writeBase(Path path) throws IOException {
        return TinyLlama.standard()
                .withBlockCount(30)
                .withSizes(576, 9, 3, 1536)
                .withTypes(GgmlType.Q8_0, GgmlType.Q8_0)
                .write(path);
    }

    private int measure(Path file, Path tiny, PrintWriter out)
            throws IOException, InterruptedException {
        out.printf(
                Locale.ROOT,
                "%s, %d threads, prompt of %d tokens, %d generated, median of %d in turn%n",
                file.getFileName(),
                options.threads,
                BenchContestant.PROMPT_TOKENS,
                BenchContestant.GENERATED_TOKENS,
                options.rounds);
        Map<String, Object> figures = new LinkedHashMap<>();
        boolean ok = true;
        List<BenchContestant> contestants = new ArrayList<>();
        try {
            for (NativesSource source : NativesLookup.all()) {
                LlamaLibrary library = LlamaLibrary.load(source);
                ok &= measureOverhead(library, tiny, figures, out);
                contestants.add(new LibraryContestant(library, file, options.threads));
            }
            if (options.python != null) {
                contestants.add(new PeerContestant(options.python, file, options.threads));
            }
            ok &= compete(contestants, figures, out);
        } finally {
            for (BenchContestant contestant : contestants) {
                contestant.close();
            }
        }
        return new BenchVerdict("binding", 0, figures, ok).print(out);
    }

    private static boolean measureOverhead(
            LlamaLibrary library, Path tiny, Map<String, Object> figures, PrintWriter out)
            throws IOException {
        String name = library.capabilities().name();
        DecodeOverhead overhead;
        try (LlamaModel model = LlamaModel.load(library, tiny, LlamaModelOptions.defaults())) {
            overhead = DecodeOverhead.measure(model, 400);
        }
        out.printf(
                Locale.ROOT,
                "%-15s binding adds %.2f µs to a decode (%.2f µs of a model of 0.1 M weights)%n",
                name,
                overhead.addedNanos() / 1e3,
                overhead.bareNanos() / 1e3);
        out.flush();
        figures.put(name + "_added_us", BenchVerdict.rounded(overhead.addedNanos() / 1e3));
        return overhead.addedNanos() <= MOST_ADDED_NANOS;
    }

    private boolean compete(
            List<BenchContestant> contestants, Map<String, Object> figures, PrintWriter out)
            throws IOException {
        double[][] prefill = new double[contestants.size()][options.rounds];
        double[][] decode = new double[contestants.size()][options.rounds];
        for (int round = -1; round < options.rounds; round++) {
            for (int i = 0; i < contestants.size(); i++) {
                BenchContestant.Speed speed = contestants.get(i).measure();
                if (round >= 0) {
                    prefill[i][round] = speed.prefill();
                    decode[i][round] = speed.decode();
                }
            }
        }
        double[] prefillMedians = new double[contestants.size()];
        double[] decodeMedians = new double[contestants.size()];
        for (int i = 0; i < contestants.size(); i++) {
            String name = contestants.get(i).name();
            prefillMedians[i] = BenchVerdict.median(prefill[i]);
            decodeMedians[i] = BenchVerdict.median(decode[i]);
            out.printf(
                    Locale.ROOT,
                    "%-15s prefill %8.1f, decode and choose %7.1f tokens/s%n",
                    name,
                    prefillMedians[i],
                    decodeMedians[i]);
            figures.put(name + "_prefill_tokens_per_s", BenchVerdict.rounded(prefillMedians[i]));
            figures.put(name + "_decode_tokens_per_s", BenchVerdict.rounded(decodeMedians[i]));
        }
        int last = contestants.size() - 1;
        return !(contestants.get(last) instanceof PeerContestant)
                || (prefillMedians[0] >= LEAST_OF_PEER * prefillMedians[last]
                        && decodeMedians[0] >= LEAST_OF_PEER * decodeMedians[last]);
    }
}
