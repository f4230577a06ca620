package dev.loramill.trainer.loop;

import dev.loramill.trainer.autograd.AutogradMemory;
import dev.loramill.trainer.device.ComputeChoice;
import dev.loramill.trainer.device.Device;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.TrainingJob;
import dev.loramill.trainer.job.TrainingJob.BlockCheckpointing;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.model.GgufWeights;
import dev.loramill.trainer.model.Transformer;
import dev.loramill.trainer.model.TransformerOptions;
import dev.loramill.trainer.tensor.MatrixCounter;
import dev.loramill.trainer.tensor.Precision;
import dev.loramill.trainer.tensor.PreparedProducts;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a run trades memory for time, and what it will take.
 *
 * @param options for the transformer
 * @param bytesByPart estimate of the resident memory of one process, by part
 * @param limitBytes what it was fitted into
 * @param deviceBytesByPart estimate of a GPU's memory, by part; empty on the CPU
 * @param deviceLimitBytes what that was fitted into; 0 on the CPU
 */
public record MemoryPlan(
        TransformerOptions options,
        Map<String, Long> bytesByPart,
        long limitBytes,
        Map<String, Long> deviceBytesByPart,
        long deviceLimitBytes) {

    /** What Java and libtorch take beside the matrices, measured on x86-64. */
    private static final long PROCESS_BYTES = 340L << 20;

    /** A token of a row in the Java heap: as text while rows are read, as numbers ever after. */
    private static final long TOKEN_BYTES = 24;

    /** Different products of a block, forward and backward, for each number of rows. */
    private static final int PRODUCTS_OF_ROWS = 21;

    /** Different products of attention for each length of a document. */
    private static final int PRODUCTS_OF_LENGTH = 6;

    /** Different products of the head: its rows are rounded, forward and backward. */
    private static final int PRODUCTS_OF_HEAD = 16;

    /** What the CUDA libraries take of the host's memory; a guess that no GPU has confirmed. */
    private static final long CUDA_PROCESS_BYTES = 2L << 30;

    private static final double SHARE_OF_FREE_MEMORY = 0.8;

    /** The rest is for what libtorch's allocator cannot use and for the workspaces of cuBLAS. */
    private static final double SHARE_OF_FREE_DEVICE_MEMORY = 0.85;

    /** Keeps the parts in order. */
    public MemoryPlan {
        bytesByPart = Collections.unmodifiableMap(new LinkedHashMap<>(bytesByPart));
        deviceBytesByPart = Collections.unmodifiableMap(new LinkedHashMap<>(deviceBytesByPart));
    }

    /** Estimate of the most resident memory of one process. */
    public long totalBytes() {
        return sum(bytesByPart);
    }

    /** Estimate of the most memory of a GPU; 0 on the CPU. */
    public long deviceTotalBytes() {
        return sum(deviceBytesByPart);
    }

    private boolean fits() {
        return totalBytes() <= limitBytes && deviceTotalBytes() <= deviceLimitBytes;
    }

    /**
     * Keeps all weights dequantized if they fit, then as many blocks' activations as fit.
     *
     * @throws InvalidJobException if even the least does not fit
     */
    static MemoryPlan choose(
            TrainingJob job,
            int processes,
            GgufWeights base,
            ComputeChoice compute,
            BatchSizes sizes) {
        long limit =
                job.memory()
                                .limitBytes()
                                .orElseGet(() ->
                                        (long)
                                                (ProcessMemory.availableBytes()
                                                        * SHARE_OF_FREE_MEMORY))
                        / processes;
        int blocks = base.shape().blockCount();
        BlockCheckpointing wish = job.memory().blockCheckpointing();
        int fewest = wish == BlockCheckpointing.OFF ? blocks : 0;
        int most = wish == BlockCheckpointing.ON ? 0 : blocks;
        for (boolean keepsWeights : new boolean[] {true, false}) {
            for (int retained = most; retained >= fewest; retained--) {
                MemoryPlan plan =
                        of(
                                job,
                                base,
                                compute,
                                sizes,
                                options(compute, sizes, retained, keepsWeights),
                                limit);
                if (plan.fits()) {
                    return plan;
                }
            }
        }
        throw refusal(
                of(job, base, compute, sizes, options(compute, sizes, fewest, false), limit),
                compute);
    }

    private static TransformerOptions options(
            ComputeChoice compute, BatchSizes sizes, int retained, boolean keepsWeights) {
        return new TransformerOptions(
                compute.precision(),
                sizes.maxRows(),
                sizes.headRows(),
                sizes.longestDocument(),
                retained,
                keepsWeights);
    }

    private static InvalidJobException refusal(MemoryPlan least, ComputeChoice compute) {
        if (least.totalBytes() > least.limitBytes()) {
            return new InvalidJobException(
                    "the job needs at least "
                            + mebibytes(least.totalBytes())
                            + " MiB of memory and may use "
                            + mebibytes(least.limitBytes())
                            + "; lower batchSize or maxLength, or raise memoryLimitBytes");
        }
        return new InvalidJobException(
                "the job needs at least "
                        + mebibytes(least.deviceTotalBytes())
                        + " MiB of the memory of "
                        + compute.device().label()
                        + ", which has "
                        + mebibytes(least.deviceLimitBytes())
                        + " for it; lower batchSize or maxLength, or choose another device");
    }

    private static MemoryPlan of(
            TrainingJob job,
            GgufWeights base,
            ComputeChoice compute,
            BatchSizes sizes,
            TransformerOptions options,
            long limit) {
        MatrixCounter counter = new MatrixCounter();
        Map<String, Long> device = new LinkedHashMap<>();
        if (compute.isFused()) {
            Transformer.count(base, job.lora(), options, job.threads(), counter);
        } else {
            AutogradMemory memory =
                    new AutogradMemory(base.shape(), job.lora(), options, compute.device());
            memory.countHost(counter);
            device.putAll(memory.deviceBytes());
        }
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("Java and libtorch", PROCESS_BYTES);
        parts.put("rows", sizes.tokens() * TOKEN_BYTES);
        parts.put("prepared products", preparedBytes(job, compute, sizes));
        parts.put(
                "mapped base file",
                options.keepsWeights() ? base.residentBytes() : base.sizeBytes());
        parts.putAll(counter.bytesByPurpose());
        long parameters = new LoraLayout(base.shape(), job.lora()).length();
        parts.put("optimizer", 2 * parameters * Float.BYTES);
        parts.put("best adapter", job.keepsBest() ? parameters * Float.BYTES : 0);
        return switch (compute.device()) {
            case Device.Cpu _ -> {
                parts.putAll(device);
                yield new MemoryPlan(options, parts, limit, Map.of(), 0);
            }
            case Device.Cuda gpu -> {
                parts.put("CUDA", CUDA_PROCESS_BYTES);
                yield new MemoryPlan(
                        options,
                        parts,
                        limit,
                        device,
                        (long) (gpu.freeBytes() * SHARE_OF_FREE_DEVICE_MEMORY));
            }
        };
    }

    private static long preparedBytes(TrainingJob job, ComputeChoice compute, BatchSizes sizes) {
        if (compute.precision() == Precision.FLOAT32 || compute.device() instanceof Device.Cuda) {
            return 0;
        }
        long shapes =
                (long) PRODUCTS_OF_ROWS * sizes.rowCounts()
                        + (long) PRODUCTS_OF_LENGTH * sizes.lengths()
                        + PRODUCTS_OF_HEAD;
        return PreparedProducts.ofThisProcess().bytes(job.threads(), shapes);
    }

    private static long sum(Map<String, Long> parts) {
        return parts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
