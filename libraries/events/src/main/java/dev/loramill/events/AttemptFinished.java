package dev.loramill.events;

/**
 * An attempt ended well: the adapter lies in the artifact store.
 *
 * @param attempt the attempt and its epoch
 * @param adapter the adapter as GGUF
 * @param peft the adapter as a PEFT folder, packed as a tar file
 * @param evaluation what was measured of base and adapter
 * @param contract the contract as the trainer found it in the base's own file
 * @param steps optimizer steps made
 * @param trainedTokens real tokens trained on
 * @param wallSeconds seconds of training, over all attempts
 * @param peakMemoryBytes greatest resident memory of the trainer
 */
public record AttemptFinished(
        AttemptReference attempt,
        ArtifactReference adapter,
        ArtifactReference peft,
        AdapterEvaluation evaluation,
        TrainServeContract contract,
        int steps,
        long trainedTokens,
        double wallSeconds,
        long peakMemoryBytes)
        implements TrainingEvent {
    public AttemptFinished {
        Check.inRange("steps", steps, 0, EventLimits.STEPS);
        Check.notNegative("trainedTokens", trainedTokens);
        Check.inRange("wallSeconds", wallSeconds, 0, EventLimits.MEASURE);
        Check.notNegative("peakMemoryBytes", peakMemoryBytes);
    }
}
