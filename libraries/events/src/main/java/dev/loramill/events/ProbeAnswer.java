package dev.loramill.events;

/**
 * One probe question answered by the base and by the adapter, greedily, with one rendered prompt.
 *
 * @param question the probe
 * @param base answer of the base
 * @param adapter answer with the adapter attached
 */
public record ProbeAnswer(String question, Generation base, Generation adapter) {
    public ProbeAnswer {
        question = Check.readable(question, EventLimits.PROBE);
    }

    /**
     * A generated answer.
     *
     * @param text the answer without its end-of-turn token
     * @param tokenCount tokens generated
     * @param isEndOfTurnReached the answer ended by itself
     * @param isLooping the answer repeats itself without end
     */
    public record Generation(
            String text, int tokenCount, boolean isEndOfTurnReached, boolean isLooping) {
        public Generation {
            text = Check.readable(text, EventLimits.ANSWER);
            Check.notNegative("tokenCount", tokenCount);
        }
    }
}
