package dev.loramill.trainer.model;

/**
 * The loss over a batch.
 *
 * @param sum sum over the learnt tokens, in nats
 * @param tokens learnt tokens
 * @param correct learnt tokens that had the highest probability
 */
public record BatchLoss(double sum, long tokens, long correct) {
    /** Nothing measured yet. */
    public static final BatchLoss NONE = new BatchLoss(0, 0, 0);

    /** Both together. */
    public BatchLoss plus(BatchLoss other) {
        return new BatchLoss(sum + other.sum, tokens + other.tokens, correct + other.correct);
    }

    /** Loss of one token on average, in nats. */
    public double mean() {
        return sum / tokens;
    }

    /** Share of the tokens that had the highest probability. */
    public double accuracy() {
        return (double) correct / tokens;
    }
}
