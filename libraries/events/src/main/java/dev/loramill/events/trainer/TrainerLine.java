package dev.loramill.events.trainer;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.loramill.events.EventJson;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of the trainer's standard output: what happens in a run, in order. As JSON each has a
 * {@code type}.
 */
@JsonTypeInfo(
        use = JsonTypeInfo.Id.NAME,
        property = "type",
        defaultImpl = TrainerLine.Unknown.class)
@JsonSubTypes({
    @JsonSubTypes.Type(value = TrainerLine.Started.class, name = "started"),
    @JsonSubTypes.Type(value = TrainerLine.Progressed.class, name = "progress"),
    @JsonSubTypes.Type(value = TrainerLine.Evaluated.class, name = "evaluated"),
    @JsonSubTypes.Type(value = TrainerLine.Checkpointed.class, name = "checkpointed"),
    @JsonSubTypes.Type(value = TrainerLine.Finished.class, name = "finished"),
    @JsonSubTypes.Type(value = TrainerLine.Working.class, name = "working"),
    @JsonSubTypes.Type(value = TrainerLine.Failed.class, name = "failed")
})
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface TrainerLine {
    /** JSON without a line break. */
    default String toJson() {
        try {
            return EventJson.mapper().writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a line of the trainer cannot be written as JSON", e);
        }
    }

    /**
     * Reads a line; one of a kind that is not known is {@link Unknown}.
     *
     * @throws IllegalArgumentException when it is no line of a trainer
     */
    static TrainerLine read(String json) {
        TrainerLine line;
        try {
            line = EventJson.mapper().readValue(json, TrainerLine.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "not a line of the trainer: " + e.getOriginalMessage(), e);
        }
        if (line == null) {
            throw new IllegalArgumentException("not a line of the trainer: null");
        }
        return line;
    }

    /**
     * The first step lies ahead.
     *
     * @param totalSteps optimizer steps of the whole run
     * @param trainRows rows that are trained on
     * @param trainTokensPerEpoch their tokens
     * @param evalRows rows held out
     * @param resumedFromStep steps taken by earlier attempts
     * @param precision format of weights and activations
     * @param device what computes, such as {@code cpu} or {@code cuda:0}
     * @param kernels {@code fused} or {@code torch}
     * @param trainableParameters parameters of the adapter
     * @param droppedRows rows left out because they were too long
     * @param truncatedRows rows that were cut
     * @param baseEvalLoss evaluation loss of the base, if an earlier attempt measured it
     */
    record Started(
            int totalSteps,
            int trainRows,
            long trainTokensPerEpoch,
            int evalRows,
            int resumedFromStep,
            String precision,
            String device,
            String kernels,
            long trainableParameters,
            int droppedRows,
            int truncatedRows,
            @Nullable Double baseEvalLoss)
            implements TrainerLine {}

    /**
     * A step was taken.
     *
     * @param step steps taken
     * @param totalSteps of so many
     * @param loss mean over the learnt tokens of this step, before it, in nats
     * @param learningRate of this step
     * @param gradientNorm before clipping; null if the step was skipped, because a gradient
     *     overflowed in half precision
     * @param lossScale what the loss was multiplied by on the way back; null where it is not scaled
     * @param tokensPerSecond tokens of this step by the time it took
     * @param trainedTokens tokens of all steps
     * @param memoryBytes resident memory of all processes of the run
     * @param etaSeconds expected time to the last step
     * @param partSeconds time of this step by part of the work, on average over the threads
     */
    record Progressed(
            int step,
            int totalSteps,
            double loss,
            double learningRate,
            @Nullable Double gradientNorm,
            @Nullable Double lossScale,
            double tokensPerSecond,
            long trainedTokens,
            long memoryBytes,
            double etaSeconds,
            Map<String, Double> partSeconds)
            implements TrainerLine {}

    /**
     * The held-out rows were measured.
     *
     * @param step steps taken; 0 is the base
     * @param evalLoss mean over their learnt tokens, in nats
     * @param tokenAccuracy share of those that had the highest probability
     * @param perplexity e to the loss
     * @param evalTokens learnt tokens
     */
    record Evaluated(
            int step, double evalLoss, double tokenAccuracy, double perplexity, long evalTokens)
            implements TrainerLine {}

    /**
     * A checkpoint lies on disk.
     *
     * @param step steps taken
     * @param path relative to the output directory
     * @param sha256 digest of the file
     */
    record Checkpointed(int step, String path, String sha256) implements TrainerLine {}

    /**
     * The adapter lies on disk; paths are relative to the output directory.
     *
     * @param adapter GGUF file
     * @param adapterSha256 digest of that file
     * @param peft folder in PEFT's format
     * @param baseEvalLoss evaluation loss of the base
     * @param evalLoss that of the adapter
     * @param adapterStep step whose adapter it is
     * @param steps steps taken
     * @param trainedTokens tokens of all steps
     * @param wallSeconds time spent training, over all attempts
     * @param peakMemoryBytes most resident memory of each process of the run, added up
     */
    record Finished(
            String adapter,
            String adapterSha256,
            String peft,
            double baseEvalLoss,
            double evalLoss,
            int adapterStep,
            int steps,
            long trainedTokens,
            double wallSeconds,
            long peakMemoryBytes)
            implements TrainerLine {}

    /**
     * The run ended without an adapter.
     *
     * @param category kind of fault
     * @param message what is wrong and what to do
     */
    record Failed(Fault category, String message) implements TrainerLine {}

    /** It is at work, in the middle of something that takes long. */
    record Working() implements TrainerLine {}

    /** A line of a newer trainer. */
    record Unknown() implements TrainerLine {}

    /** What kind of fault ended a run. */
    enum Fault {
        /** The job cannot be trained as it is. */
        @JsonProperty("invalid_input")
        INVALID_INPUT,
        /** Memory or disk ran out. */
        @JsonProperty("exhausted")
        EXHAUSTED,
        /** A file or another process failed. */
        @JsonProperty("external")
        EXTERNAL,
        /** The trainer itself. */
        @JsonProperty("internal")
        INTERNAL
    }
}
