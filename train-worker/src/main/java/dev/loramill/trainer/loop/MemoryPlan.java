package dev.loramill.trainer.loop;

import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.TrainingJob;
import dev.loramill.trainer.job.TrainingJob.BlockCheckpointing;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.model.FrozenWeights;
import dev.loramill.trainer.model.Transformer;
import dev.loramill.trainer.model.TransformerOptions;
import dev.loramill.trainer.tensor.MatrixCounter;
import dev.loramill.trainer.tensor.Precision;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a run trades memory for time, and what it will take.
 *
 * @param options for the transformer
 * @param bytesByPart estimate of the resident memory of one process, by part
 * @param limitBytes what it was fitted into
 */
public record MemoryPlan(
        TransformerOptions options, Map<String, Long> bytesByPart, long limitBytes) {

    /** What Java and libtorch take beside the matrices, measured on x86-64. */
    private static final long PROCESS_BYTES = 330L << 20;

    private static final double SHARE_OF_FREE_MEMORY = 0.8;

    /** Keeps the parts in order. */
    public MemoryPlan {
        bytesByPart = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(bytesByPart));
    }

    /** Estimate of the most resident memory of one process. */
    public long totalBytes() {
        return bytesByPart.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Keeps all weights dequantized if they fit, then as many blocks' activations as fit.
     *
     * @throws InvalidJobException if even the least does not fit
     */
    static MemoryPlan choose(
            TrainingJob job,
            int processes,
            FrozenWeights base,
            long baseBytes,
            Precision precision,
            int maxRows,
            int headRows,
            int longest) {
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
        for (boolean keepsWeights : new boolean[] {true, false}) {
            int fewest = wish == BlockCheckpointing.OFF ? blocks : 0;
            int most = wish == BlockCheckpointing.ON ? 0 : blocks;
            TransformerOptions least =
                    new TransformerOptions(
                            precision, maxRows, headRows, longest, fewest, keepsWeights);
            MemoryPlan plan = of(job, base, baseBytes, least, limit);
            if (plan.totalBytes() > limit) {
                continue;
            }
            TransformerOptions one =
                    new TransformerOptions(
                            precision, maxRows, headRows, longest, fewest + 1, keepsWeights);
            long each = of(job, base, baseBytes, one, limit).totalBytes() - plan.totalBytes();
            int more = each <= 0 ? 0 : (int) Math.min(blocks, (limit - plan.totalBytes()) / each);
            return of(
                    job,
                    base,
                    baseBytes,
                    new TransformerOptions(
                            precision,
                            maxRows,
                            headRows,
                            longest,
                            Math.min(fewest + more, most),
                            keepsWeights),
                    limit);
        }
        MemoryPlan least =
                of(
                        job,
                        base,
                        baseBytes,
                        new TransformerOptions(precision, maxRows, headRows, longest, 0, false),
                        limit);
        throw new InvalidJobException(
                "the job needs at least "
                        + mebibytes(least.totalBytes())
                        + " MiB of memory and may use "
                        + mebibytes(limit)
                        + "; lower batchSize or maxLength, or raise memoryLimitBytes");
    }

    private static MemoryPlan of(
            TrainingJob job,
            FrozenWeights base,
            long baseBytes,
            TransformerOptions options,
            long limit) {
        MatrixCounter counter = new MatrixCounter();
        Transformer.count(base, job.lora(), options, job.threads(), counter);
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("Java and libtorch", PROCESS_BYTES);
        parts.put("mapped base file", options.keepsWeights() ? 0 : baseBytes);
        parts.putAll(counter.bytesByPurpose());
        long parameters = new LoraLayout(base.shape(), job.lora()).length();
        parts.put("optimizer", 2 * parameters * Float.BYTES);
        parts.put("best adapter", job.keepsBest() ? parameters * Float.BYTES : 0);
        return new MemoryPlan(options, parts, limit);
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
