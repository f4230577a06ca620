package dev.loramill.llama.template;

import java.util.BitSet;

/**
 * A chat as tokens, with the loss mask.
 *
 * @param tokens ids in order
 * @param trained the indices of the tokens that are to be learnt: the assistant's answers and the
 *     token that ends each
 */
@SuppressWarnings("ArrayRecordComponent") // tokens go to native memory as they are
public record TrainingExample(int[] tokens, BitSet trained) {
    /** The number of tokens. */
    public int length() {
        return tokens.length;
    }

    /** Whether the token at an index is to be learnt. */
    public boolean isTrained(int index) {
        return trained.get(index);
    }

    /** The number of tokens that are to be learnt. */
    public int trainedCount() {
        return trained.cardinality();
    }

    /** The index of the first token that is to be learnt, or -1: what stands before is a prompt. */
    public int firstTrained() {
        return trained.nextSetBit(0);
    }
}
