package dev.loramill.worker.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** One line of the trainer's standard output. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type", defaultImpl = TrainerLine.Other.class)
@JsonSubTypes({
    @JsonSubTypes.Type(value = TrainerLine.Started.class, name = "started"),
    @JsonSubTypes.Type(value = TrainerLine.Progress.class, name = "progress"),
    @JsonSubTypes.Type(value = TrainerLine.Evaluated.class, name = "evaluated"),
    @JsonSubTypes.Type(value = TrainerLine.Checkpointed.class, name = "checkpointed"),
    @JsonSubTypes.Type(value = TrainerLine.Finished.class, name = "finished"),
    @JsonSubTypes.Type(value = TrainerLine.Failed.class, name = "failed")
})
sealed interface TrainerLine {
    /** The first step lies ahead. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Started(String device, int totalSteps, int resumedFromStep) implements TrainerLine {}

    /** A step was made. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Progress(
            int step,
            int totalSteps,
            double loss,
            double learningRate,
            double tokensPerSecond,
            long trainedTokens,
            long memoryBytes,
            double etaSeconds)
            implements TrainerLine {}

    /** The held-out rows were measured. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Evaluated(int step, double evalLoss, double tokenAccuracy) implements TrainerLine {}

    /** A checkpoint lies on disk. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Checkpointed(int step, String path, String sha256) implements TrainerLine {}

    /** The adapter lies on disk; paths are relative to the output directory. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Finished(
            String adapter,
            String adapterSha256,
            String peft,
            double baseEvalLoss,
            double evalLoss,
            int steps,
            long trainedTokens,
            double wallSeconds,
            long peakMemoryBytes)
            implements TrainerLine {}

    /** The trainer gave up. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Failed(String category, String message) implements TrainerLine {}

    /** A line of a newer trainer. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Other() implements TrainerLine {}
}
