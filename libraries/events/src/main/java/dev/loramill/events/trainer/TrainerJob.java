package dev.loramill.events.trainer;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.EventJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The trainer's {@code job.json}: what to train, on what, and how. Paths are absolute or relative
 * to the directory of the file.
 *
 * <p>Every component may be left out where the trainer has a default; its README tells defaults and
 * ranges, and it names all faults of a job at once. A member that is not named here is refused.
 *
 * @param base the base
 * @param train files of rows, JSON lines of {@code messages}
 * @param eval files of held-out rows, likewise
 * @param dataset manifest of a frozen version, which gives rows, limit, policy and contract
 * @param lora shape of the adapter
 * @param optimizer AdamW and its schedule
 * @param epochs passes over the rows
 * @param maxSteps most optimizer steps
 * @param batchSize sequences of a forward pass of one process
 * @param gradientAccumulation forward passes of an optimizer step
 * @param maxLength most tokens of a row, and of a packed sequence
 * @param overLength what happens to longer rows: {@code error}, {@code drop} or {@code truncate}
 * @param packing whether a sequence holds several rows
 * @param lossOn the tokens that are learnt: {@code assistant} or {@code all}
 * @param seed seed of order, initial weights and dropout
 * @param precision {@code auto}, {@code bf16}, {@code fp16} or {@code fp32}
 * @param evalEverySteps steps between evaluations; 0 evaluates before and after only
 * @param saveEverySteps steps between checkpoints; 0 saves none
 * @param keepCheckpoints newest checkpoints that are kept
 * @param logEverySteps steps between progress reports
 * @param keepBest whether the adapter of the lowest evaluation loss is the result, not the last
 * @param earlyStopping evaluations without a new lowest loss after which training ends
 * @param threads threads of one process
 * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param kernels {@code auto}, {@code fused} or {@code torch}
 * @param lossScale first factor of the loss in half precision
 * @param blockCheckpointing {@code auto}, {@code on} or {@code off}
 * @param memoryLimitBytes most bytes that all processes of the run may use together
 * @param resumeFrom a checkpoint, or a directory of them, to go on from
 * @param contract members of a {@link dev.loramill.events.TrainServeContract} that the base must
 *     have
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainerJob(
        @Nullable Base base,
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
                @Nullable List<String> train,
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
                @Nullable List<String> eval,
        @Nullable String dataset,
        @Nullable Lora lora,
        @Nullable Optimizer optimizer,
        @Nullable Integer epochs,
        @Nullable Integer maxSteps,
        @Nullable Integer batchSize,
        @Nullable Integer gradientAccumulation,
        @Nullable Integer maxLength,
        @Nullable String overLength,
        @Nullable Boolean packing,
        @Nullable String lossOn,
        @Nullable Integer seed,
        @Nullable String precision,
        @Nullable Integer evalEverySteps,
        @Nullable Integer saveEverySteps,
        @Nullable Integer keepCheckpoints,
        @Nullable Integer logEverySteps,
        @Nullable Boolean keepBest,
        @Nullable Integer earlyStopping,
        @Nullable Integer threads,
        @Nullable String device,
        @Nullable String kernels,
        @Nullable Double lossScale,
        @Nullable String blockCheckpointing,
        @Nullable Long memoryLimitBytes,
        @Nullable String resumeFrom,
        @Nullable JsonNode contract) {
    /** Variable of the trainer's environment that names the job it works for, for its logs. */
    public static final String ID_VARIABLE = "LORAMILL_JOB_ID";

    /**
     * The base.
     *
     * @param path its GGUF file
     * @param sha256 digest of that file; checked where it is given
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Base(@Nullable String path, @Nullable String sha256) {}

    /**
     * The adapter.
     *
     * @param rank rank of the two factors
     * @param alpha numerator of the scale
     * @param dropout probability that an input of the adapter is dropped
     * @param rankStabilized divides alpha by the root of the rank instead of the rank
     * @param targets linear layers: of q, k, v, o, gate, up, down, all-linear
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Lora(
            @Nullable Integer rank,
            @Nullable Double alpha,
            @Nullable Double dropout,
            @Nullable Boolean rankStabilized,
            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
                    @Nullable List<String> targets) {}

    /**
     * How the adapter's parameters are changed.
     *
     * @param learningRate the highest rate
     * @param weightDecay decoupled decay of the parameters
     * @param warmupSteps steps of linear growth
     * @param warmupRatio share of all steps, instead
     * @param schedule what follows the warm-up: {@code linear}, {@code cosine} or {@code constant}
     * @param gradientClip greatest norm of the gradients; 0 clips nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Optimizer(
            @Nullable Double learningRate,
            @Nullable Double weightDecay,
            @Nullable Integer warmupSteps,
            @Nullable Double warmupRatio,
            @Nullable String schedule,
            @Nullable Double gradientClip) {}

    /** UTF-8 JSON. */
    public byte[] bytes() {
        try {
            return EventJson.mapper().writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a job cannot be written as JSON", e);
        }
    }
}
