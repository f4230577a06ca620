package dev.loramill.trainer.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way to train whose memory is measured.
 *
 * @param name for people
 * @param precision {@code bf16} or {@code fp32}
 * @param kernels {@code fused} or {@code torch}
 * @param blockCheckpointing {@code auto}, {@code on} or {@code off}
 * @param batchSize sequences of a step
 * @param maxLength tokens of a sequence
 * @param isPacked whether a sequence holds several rows
 * @param keepsWeights whether memory allows that all weights stay dequantized
 * @param stepFactor how many times the usual steps it takes; 0 for a single one
 */
record MemoryCase(
        String name,
        String precision,
        String kernels,
        String blockCheckpointing,
        int batchSize,
        int maxLength,
        boolean isPacked,
        boolean keepsWeights,
        int stepFactor) {

    private static final String FUSED = "fused";
    private static final String TORCH = "torch";

    /** The table: every choice that memory depends on, small and large, short and long. */
    static List<MemoryCase> all() {
        return List.of(
                of("usual", "bf16", FUSED, "auto", 4, 512),
                new MemoryCase("short run", "bf16", FUSED, "auto", 1, 256, true, true, 0),
                new MemoryCase("long run", "bf16", FUSED, "auto", 1, 256, true, true, 15),
                of("long rows", "bf16", FUSED, "auto", 2, 2048),
                new MemoryCase("padded", "bf16", FUSED, "auto", 4, 512, false, true, 1),
                of("recomputing", "bf16", FUSED, "on", 4, 512),
                of("keeping all", "bf16", FUSED, "off", 4, 1024),
                new MemoryCase("a block at a time", "bf16", FUSED, "on", 2, 512, true, false, 1),
                of("single precision", "fp32", FUSED, "auto", 2, 512),
                of("single, recomputing", "fp32", FUSED, "on", 4, 256),
                of("operators", "bf16", TORCH, "auto", 2, 512),
                of("operators, recomputing", "bf16", TORCH, "on", 4, 512),
                of("operators, single", "fp32", TORCH, "auto", 2, 256),
                of("operators, single, recomputing", "fp32", TORCH, "on", 2, 512));
    }

    private static MemoryCase of(
            String name,
            String precision,
            String kernels,
            String blockCheckpointing,
            int batchSize,
            int maxLength) {
        return new MemoryCase(
                name, precision, kernels, blockCheckpointing, batchSize, maxLength, true, true, 1);
    }

    /** The job of some steps. */
    BenchJob job(
            Path base,
            @Nullable Path rows,
            int steps,
            @Nullable Long limit,
            int threads,
            int seed) {
        return new BenchJob(
                base,
                rows,
                Math.max(1, steps * stepFactor),
                batchSize,
                maxLength,
                isPacked,
                precision,
                kernels,
                blockCheckpointing,
                limit,
                threads,
                seed);
    }
}
