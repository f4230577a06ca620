package dev.loramill.trainer.job;

import dev.loramill.trainer.lora.LoraConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What to train, on what, and how.
 *
 * @param base the GGUF file of the base
 * @param baseSha256 its digest, checked before training; null to compute and record it
 * @param train files of rows, JSON lines of {@code messages}
 * @param eval files of held-out rows, likewise
 * @param lora the adapter
 * @param optimizer AdamW and its schedule
 * @param epochs passes over the rows, at least 1
 * @param maxSteps most optimizer steps
 * @param batchSize packed sequences, or rows without packing, of one forward pass of one process
 * @param gradientAccumulation forward passes of one optimizer step
 * @param maxLength most tokens of a row, and of a packed sequence
 * @param overLength what happens to longer rows
 * @param isPacked whether a sequence holds several rows
 * @param lossOn the tokens that are learnt
 * @param precision format of weights and activations
 * @param compute the device, and what computes there
 * @param seed of order, initial weights and dropout
 * @param evalEverySteps steps between evaluations; 0 evaluates before and after only
 * @param saveEverySteps steps between checkpoints; 0 saves none
 * @param keepCheckpoints newest checkpoints that are kept, at least 1
 * @param logEverySteps steps between progress reports, at least 1
 * @param keepsBest whether the adapter of the lowest evaluation loss is the result, not the last
 * @param earlyStopping evaluations without a new lowest loss after which training ends
 * @param resumeFrom a checkpoint, or a directory of them, to go on from
 * @param threads threads of one process that share each step
 * @param memory how memory is traded for time
 * @param contract JSON that is passed through to the manifest; null if there is none
 */
public record TrainingJob(
        Path base,
        @Nullable String baseSha256,
        List<Path> train,
        List<Path> eval,
        LoraConfig lora,
        Optimizer optimizer,
        int epochs,
        OptionalInt maxSteps,
        int batchSize,
        int gradientAccumulation,
        int maxLength,
        OverLength overLength,
        boolean isPacked,
        LossOn lossOn,
        RequestedPrecision precision,
        Compute compute,
        long seed,
        int evalEverySteps,
        int saveEverySteps,
        int keepCheckpoints,
        int logEverySteps,
        boolean keepsBest,
        OptionalInt earlyStopping,
        @Nullable Path resumeFrom,
        int threads,
        Memory memory,
        @Nullable String contract) {

    /** What happens to rows of more than {@code maxLength} tokens. */
    public enum OverLength {
        /** The job is refused. */
        ERROR,
        /** The row is left out and counted. */
        DROP,
        /** The tokens after the limit are left out and the row is counted. */
        TRUNCATE
    }

    /** Which tokens are learnt. */
    public enum LossOn {
        /** The assistant's answers and the token that ends each. */
        ASSISTANT,
        /** Every token but the first. */
        ALL
    }

    /** A precision, or the fastest that the device has. */
    public enum RequestedPrecision {
        AUTO,
        BF16,
        FP16,
        FP32
    }

    /** What computes the model. */
    public enum Kernels {
        /** {@link #FUSED} on the CPU, {@link #TORCH} elsewhere. */
        AUTO,
        /** Kernels of our own between libtorch's matrix products; on the CPU only. */
        FUSED,
        /** libtorch's operators and its automatic differentiation, one block at a time. */
        TORCH
    }

    /**
     * The device, and what computes there.
     *
     * @param device which device
     * @param kernels which implementation of the model
     * @param firstLossScale factor of the loss in half precision, before it adapts itself
     */
    public record Compute(RequestedDevice device, Kernels kernels, double firstLossScale) {}

    /** Whether activations are kept for the backward pass or computed again. */
    public enum BlockCheckpointing {
        /** As many blocks keep theirs as fit the limit. */
        AUTO,
        /** All are computed again. */
        ON,
        /** All are kept. */
        OFF
    }

    /**
     * How the adapter's parameters are changed.
     *
     * @param learningRate the highest rate
     * @param weightDecay decoupled decay of the parameters
     * @param warmupSteps steps of linear growth; absent: {@code warmupRatio} of all steps
     * @param warmupRatio share of all steps; absent: a tenth, at most 100 steps
     * @param schedule what follows the warmup
     * @param gradientClip greatest norm of the gradients; 0 clips nothing
     */
    public record Optimizer(
            double learningRate,
            double weightDecay,
            OptionalInt warmupSteps,
            OptionalDouble warmupRatio,
            LearningRateSchedule.Kind schedule,
            double gradientClip) {

        private static final int MOST_WARMUP_STEPS = 100;

        /** The schedule for a run of so many steps. */
        public LearningRateSchedule scheduleOf(int totalSteps) {
            int warmup;
            if (warmupSteps.isPresent()) {
                warmup = warmupSteps.getAsInt();
            } else if (warmupRatio.isPresent()) {
                warmup = (int) Math.ceil(warmupRatio.getAsDouble() * totalSteps);
            } else {
                warmup = Math.min(MOST_WARMUP_STEPS, totalSteps / 10);
            }
            return new LearningRateSchedule(
                    schedule, learningRate, Math.min(warmup, totalSteps), totalSteps);
        }
    }

    /**
     * Bounds of the memory.
     *
     * @param limitBytes most bytes that all processes of the run may use together; absent: what the
     *     machine has free
     * @param blockCheckpointing whether activations are computed again
     */
    public record Memory(OptionalLong limitBytes, BlockCheckpointing blockCheckpointing) {}
}
