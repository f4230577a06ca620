package dev.loramill.trainer.loop;

/** What came of the run. */
public sealed interface TrainingOutcome {
    /**
     * All steps were taken; the parameters are those of the result.
     *
     * @param adapterStep the step whose adapter it is
     * @param steps steps taken
     * @param baseEvalLoss evaluation loss of the base
     * @param evalLoss that of the adapter
     * @param trainedTokens tokens of all steps
     * @param wallSeconds time spent, over all attempts
     * @param peakMemoryBytes most resident memory, of all processes together
     */
    record Completed(
            int adapterStep,
            int steps,
            double baseEvalLoss,
            double evalLoss,
            long trainedTokens,
            double wallSeconds,
            long peakMemoryBytes)
            implements TrainingOutcome {}

    /**
     * The run was asked to stop; a checkpoint was written.
     *
     * @param step steps taken
     */
    record Stopped(int step) implements TrainingOutcome {}
}
