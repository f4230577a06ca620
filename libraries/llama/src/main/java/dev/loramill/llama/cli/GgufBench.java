package dev.loramill.llama.cli;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.quantization.Dequantizer;
import dev.loramill.llama.quantization.DequantizerComparison;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
                    + " in torch."
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
    private static final double LEAST_SPEEDUP = 3;
    private static final long PIECE_ELEMENTS = 1 << 20;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--weights",
            paramLabel = "N",
            description = "Weights of the layer, default ${DEFAULT-VALUE}.",
            defaultValue = "100663296")
    private long weights;

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
            defaultValue = "7")
    private int rounds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the weights, default ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private long seed;

    @Option(
            names = "--python",
            paramLabel = "PATH",
            description = "A Python interpreter with torch, to compare with.")
    private @Nullable Path python;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        long whole = Math.max(1, weights / PIECE_ELEMENTS) * PIECE_ELEMENTS;
        out.printf(
                Locale.ROOT,
                "%.1f million weights to bfloat16, %d threads, median of %d%n",
                whole / 1e6,
                threads,
                rounds);
        Map<String, Object> figures = new LinkedHashMap<>();
        boolean ok = true;
        Map<String, Double> milliseconds = new LinkedHashMap<>();
        for (GgmlType type : TYPES) {
            ok &= measure(type, whole, out, figures, milliseconds);
        }
        if (python != null) {
            ok &= compareWithTorch(python, whole, out, figures, milliseconds);
        }
        return new BenchVerdict("gguf", seed, figures, ok).print(out);
    }

    private boolean measure(
            GgmlType type,
            long elements,
            PrintWriter out,
            Map<String, Object> figures,
            Map<String, Double> milliseconds)
            throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment source = arena.allocate(type.byteSize(elements), 64);
            DequantizerComparison.fill(type, source, seed);
            MemorySegment destination = arena.allocate(elements * Short.BYTES, 64);
            boolean isEqual = DequantizerComparison.equalsReference(type, source);
            double[] times = new double[rounds];
            inParallel(type, source, destination, elements);
            for (int round = 0; round < rounds; round++) {
                long start = System.nanoTime();
                inParallel(type, source, destination, elements);
                times[round] = (System.nanoTime() - start) / 1e6;
            }
            Arrays.sort(times);
            double median = times[rounds / 2];
            double speedup = DequantizerComparison.speedup(type, source, rounds * 6);
            out.printf(
                    Locale.ROOT,
                    "%-5s %7.1f ms  %6.2f G weights/s  %6.1f GB/s read and written  %5.1f × scalar%s%n",
                    type,
                    median,
                    elements / median / 1e6,
                    (source.byteSize() + destination.byteSize()) / median / 1e6,
                    speedup,
                    isEqual ? "" : "  DIFFERS FROM THE REFERENCE");
            out.flush();
            milliseconds.put(type.name(), median);
            figures.put(type + "_ms", rounded(median));
            figures.put(type + "_times_scalar", rounded(speedup));
            return isEqual && speedup >= LEAST_SPEEDUP;
        }
    }

    private void inParallel(
            GgmlType type, MemorySegment source, MemorySegment destination, long elements)
            throws InterruptedException {
        Thread[] workers = new Thread[threads];
        long share = Math.ceilDiv(elements / PIECE_ELEMENTS, threads) * PIECE_ELEMENTS;
        for (int i = 0; i < threads; i++) {
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

    private boolean compareWithTorch(
            Path interpreter,
            long elements,
            PrintWriter out,
            Map<String, Object> figures,
            Map<String, Double> milliseconds)
            throws IOException, InterruptedException {
        PythonPeer.Answer torch =
                PythonPeer.run(
                        interpreter,
                        "dequantize.py",
                        String.valueOf(elements),
                        String.valueOf(threads),
                        String.valueOf(rounds));
        boolean isFaster = true;
        for (String type : List.of("Q8_0", "Q4_K")) {
            double theirs = torch.number(type);
            double ours = milliseconds.getOrDefault(type, Double.MAX_VALUE);
            out.printf(
                    Locale.ROOT,
                    "%-5s %7.1f ms in torch, %.1f times ours%n",
                    type,
                    theirs,
                    theirs / ours);
            figures.put(type + "_torch_ms", rounded(theirs));
            isFaster &= ours < theirs;
        }
        return isFaster;
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
