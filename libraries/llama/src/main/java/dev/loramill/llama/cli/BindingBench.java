package dev.loramill.llama.cli;

import dev.loramill.llama.binding.Batch;
import dev.loramill.llama.binding.DecodeOutcome;
import dev.loramill.llama.binding.DecodeOverhead;
import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.Sampler;
import dev.loramill.llama.binding.SamplerOptions;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loramill bench binding}: what the binding costs, and how fast the libraries are. */
@Command(
        name = "binding",
        description = {
            "Measures the binding's own time a decode, and prefill and decode of one sequence on"
                    + " each library that is here.",
            "Bar: the binding adds at most 5 µs to a decode; with --python, prefill and decode of the"
                    + " current build reach 0.9 of xllamacpp's on the same file."
        },
        mixinStandardHelpOptions = true)
final class BindingBench implements Callable<Integer> {
    private static final double MOST_ADDED_NANOS = 5_000;
    private static final double LEAST_OF_PEER = 0.9;
    private static final int PROMPT_TOKENS = 512;
    private static final int GENERATED_TOKENS = 96;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--base",
            paramLabel = "FILE",
            description = "A GGUF file; random weights in the shape of SmolLM2-135M unless given.")
    private @Nullable Path base;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads, default ${DEFAULT-VALUE}.",
            defaultValue = "2")
    private int threads;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds that the median is taken of, default ${DEFAULT-VALUE}.",
            defaultValue = "5")
    private int rounds;

    @Option(
            names = "--python",
            paramLabel = "PATH",
            description = "A Python interpreter with xllamacpp, to compare with.")
    private @Nullable Path python;

    /** Tokens per second. */
    private record Speed(double prefill, double decode, double sampled) {}

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
                "%s, %d threads, prompt of %d tokens, %d generated, median of %d%n",
                file.getFileName(),
                threads,
                PROMPT_TOKENS,
                GENERATED_TOKENS,
                rounds);
        Set<NativesSource> sources = new LinkedHashSet<>();
        sources.add(NativesLookup.find());
        sources.add(new NativesSource.JavaLlamaJar());
        Map<String, Object> figures = new LinkedHashMap<>();
        boolean ok = true;
        Speed first = null;
        for (NativesSource source : sources) {
            LlamaLibrary library = LlamaLibrary.load(source);
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
            figures.put(name + "_added_us", rounded(overhead.addedNanos() / 1e3));
            ok &= overhead.addedNanos() <= MOST_ADDED_NANOS;
            Speed speed = speed(library, file);
            print(out, figures, name, speed);
            first = first == null ? speed : first;
        }
        if (python != null && first != null) {
            PythonPeer.Answer answer =
                    PythonPeer.run(
                            python,
                            "bench_binding.py",
                            file.toString(),
                            Integer.toString(threads),
                            Integer.toString(PROMPT_TOKENS),
                            Integer.toString(GENERATED_TOKENS),
                            Integer.toString(rounds));
            Speed peer = new Speed(answer.number("prefill"), answer.number("decode"), Double.NaN);
            print(out, figures, "xllamacpp", peer);
            ok &= first.prefill >= LEAST_OF_PEER * peer.prefill;
            ok &= first.decode >= LEAST_OF_PEER * peer.decode;
        }
        return new BenchVerdict("binding", 0, figures, ok).print(out);
    }

    private static void print(
            PrintWriter out, Map<String, Object> figures, String name, Speed speed) {
        out.printf(
                Locale.ROOT,
                "%-15s prefill %8.1f, decode %7.1f, decode and sample %7.1f tokens/s%n",
                name,
                speed.prefill,
                speed.decode,
                speed.sampled);
        out.flush();
        figures.put(name + "_prefill_tokens_per_s", rounded(speed.prefill));
        figures.put(name + "_decode_tokens_per_s", rounded(speed.decode));
        if (!Double.isNaN(speed.sampled)) {
            figures.put(name + "_sampled_tokens_per_s", rounded(speed.sampled));
        }
    }

    private Speed speed(LlamaLibrary library, Path file) throws IOException {
        int length = PROMPT_TOKENS + GENERATED_TOKENS + 64;
        try (LlamaModel model = LlamaModel.load(library, file, LlamaModelOptions.defaults());
                LlamaContext context =
                        LlamaContext.create(
                                model,
                                LlamaContextOptions.ofLength(length)
                                        .withThreads(threads, threads));
                Sampler sampler = Sampler.create(model, SamplerOptions.greedy())) {
            double[] prefill = new double[rounds];
            double[] decode = new double[rounds];
            double[] sampled = new double[rounds];
            for (int round = -1; round < rounds; round++) {
                double prompt = PROMPT_TOKENS / readPrompt(context, round);
                double plain = GENERATED_TOKENS / generate(context, null);
                readPrompt(context, round);
                double chosen = GENERATED_TOKENS / generate(context, sampler);
                if (round >= 0) {
                    prefill[round] = prompt;
                    decode[round] = plain;
                    sampled[round] = chosen;
                }
            }
            return new Speed(median(prefill), median(decode), median(sampled));
        }
    }

    private static double readPrompt(LlamaContext context, int round) {
        context.clear();
        Batch batch = Batch.ofCapacity(PROMPT_TOKENS);
        for (int i = 0; i < PROMPT_TOKENS; i++) {
            batch.add(5 + Math.floorMod(round * 7 + i, 200), 0, i == PROMPT_TOKENS - 1);
        }
        long start = System.nanoTime();
        require(context.decode(batch));
        return (System.nanoTime() - start) / 1e9;
    }

    private static double generate(LlamaContext context, @Nullable Sampler sampler) {
        Batch batch = Batch.ofCapacity(1);
        int token = 40;
        long start = System.nanoTime();
        for (int i = 0; i < GENERATED_TOKENS; i++) {
            batch.clear();
            int index = batch.add(token, 0, true);
            require(context.decode(batch));
            if (sampler != null) {
                token = sampler.sample(context, index);
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static void require(DecodeOutcome outcome) {
        if (outcome != DecodeOutcome.DONE) {
            throw new IllegalStateException("a decode was aborted");
        }
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
