package dev.loramill.llama.cli;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.quantization.Dequantizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loramill bench gguf}: how fast a large layer is dequantized. */
@Command(
        name = "gguf",
        description = {
            "Dequantizes a layer of 100 million weights into bfloat16.",
            "Bar: every type equals the scalar reference bit for bit and is at least 3 times as fast"
                    + " on one thread; with --python, Q8_0 and Q4_K are faster than the same work"
                    + " in torch, which takes turns."
        },
        mixinStandardHelpOptions = true)
final class GgufBench implements Callable<Integer> {
    private static final List<GgmlType> TYPES =
            List.of(
                    GgmlType.F16,
                    GgmlType.Q8_0,
                    GgmlType.Q4_0,
                    GgmlType.Q4_1,
                    GgmlType.Q5_0,
                    GgmlType.Q5_1,
                    GgmlType.Q4_K,
                    GgmlType.Q5_K,
                    GgmlType.Q6_K);
    private static final Set<GgmlType> TYPES_IN_TORCH = Set.of(GgmlType.Q8_0, GgmlType.Q4_K);
    private static final double LEAST_SPEEDUP = 3;
    private static final long PIECE_ELEMENTS = 1 << 20;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private BenchOptions options;

    @Option(
            names = "--weights",
            paramLabel = "N",
            description = "Weights of the layer in whole 2^20, default ${DEFAULT-VALUE}.",
            defaultValue = "100663296",
            converter = AtLeastOne.class)
    private int weights;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the weights, default ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private long seed;

    private final Map<String, Object> figures = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        long whole = Math.ceilDiv(weights, PIECE_ELEMENTS) * PIECE_ELEMENTS;
        out.printf(
                Locale.ROOT,
                "%.1f million weights to bfloat16, %d threads, median of %d%n",
                whole / 1e6,
                options.threads,
                options.rounds);
        boolean ok = true;
        try (PythonPeer torch = torch(whole)) {
            for (GgmlType type : TYPES) {
                ok &= measure(type, whole, TYPES_IN_TORCH.contains(type) ? torch : null);
            }
        }
        return new BenchVerdict("gguf", seed, figures, ok).print(out);
    }

    private @Nullable PythonPeer torch(long elements) throws IOException {
        return options.python == null
                ? null
                : PythonPeer.start(
                        options.python,
                        "dequantize.py",
                        String.valueOf(elements),
                        String.valueOf(options.threads));
    }

    private boolean measure(GgmlType type, long elements, @Nullable PythonPeer torch)
            throws IOException, InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment source = arena.allocate(type.byteSize(elements), 64);
            DequantizerComparison.fill(type, source, seed);
            MemorySegment destination = arena.allocate(elements * Short.BYTES, 64);
            boolean isEqual = DequantizerComparison.equalsReference(type, source);
            double[] times = new double[options.rounds];
            double[] theirs = new double[options.rounds];
            inParallel(type, source, destination, elements);
            if (torch != null) {
                torch.ask(type.name());
            }
            for (int round = 0; round < options.rounds; round++) {
                long start = System.nanoTime();
                inParallel(type, source, destination, elements);
                times[round] = (System.nanoTime() - start) / 1e6;
                if (torch != null) {
                    theirs[round] = torch.ask(type.name()).number("ms");
                }
            }
            double median = BenchVerdict.median(times);
            double speedup = DequantizerComparison.speedup(type, source, options.rounds * 6);
            figures.put(type + "_ms", BenchVerdict.rounded(median));
            figures.put(type + "_times_scalar", BenchVerdict.rounded(speedup));
            boolean ok = isEqual && speedup >= LEAST_SPEEDUP;
            String comparison = "";
            if (torch != null) {
                double torchMedian = BenchVerdict.median(theirs);
                figures.put(type + "_torch_ms", BenchVerdict.rounded(torchMedian));
                ok &= median < torchMedian;
                comparison =
                        String.format(
                                Locale.ROOT,
                                "  torch %.1f ms, %.1f times ours",
                                torchMedian,
                                torchMedian / median);
            }
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    Locale.ROOT,
                    "%-5s %7.1f ms  %6.2f G weights/s  %6.1f GB/s read and written  %5.1f × scalar%s%s%n",
                    type,
                    median,
                    elements / median / 1e6,
                    (source.byteSize() + destination.byteSize()) / median / 1e6,
                    speedup,
                    comparison,
                    isEqual ? "" : "  DIFFERS FROM THE REFERENCE");
            out.flush();
            return ok;
        }
    }

    private void inParallel(
            GgmlType type, MemorySegment source, MemorySegment destination, long elements)
            throws InterruptedException {
        Thread[] workers = new Thread[options.threads];
        long share = Math.ceilDiv(elements / PIECE_ELEMENTS, options.threads) * PIECE_ELEMENTS;
        for (int i = 0; i < options.threads; i++) {
            long first = Math.min(i * share, elements);
            long count = Math.min(share, elements - first);
            workers[i] =
                    Thread.ofPlatform()
                            .start(() ->
                                    Dequantizer.toBfloat16(
                                            type,
                                            source,
                                            first,
                                            count,
                                            destination.asSlice(first * Short.BYTES)));
        }
        for (Thread worker : workers) {
            worker.join();
        }
    }
}
