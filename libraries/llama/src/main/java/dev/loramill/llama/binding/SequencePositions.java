package dev.loramill.llama.binding;

import java.util.Arrays;

/**
 * How many tokens each sequence of a context holds, which is also the position that comes next in
 * it: what llama.cpp would have to be told right, checked before it is.
 */
final class SequencePositions {
    private final int capacity;
    private final int batchSize;
    private final int[] lengths;
    private final int[] positions;

    SequencePositions(int sequences, int capacity, int batchSize) {
        this.capacity = capacity;
        this.batchSize = batchSize;
        this.lengths = new int[sequences];
        this.positions = new int[batchSize];
    }

    /** Tokens that one sequence has room for. */
    int capacity() {
        return capacity;
    }

    int require(int sequence) {
        if (sequence < 0 || sequence >= lengths.length) {
            throw new IllegalArgumentException(
                    "sequence must be in [0, %d), got %d".formatted(lengths.length, sequence));
        }
        return sequence;
    }

    int length(int sequence) {
        return lengths[require(sequence)];
    }

    void setLength(int sequence, int length) {
        lengths[sequence] = length;
    }

    int[] lengths() {
        return lengths.clone();
    }

    void clear() {
        Arrays.fill(lengths, 0);
    }

    /**
     * Puts the tokens of a batch behind those that their sequences hold, and returns the position
     * of each. Where it throws, what it put already stays for the caller to take back.
     *
     * @throws IllegalArgumentException if the batch is empty or too large, or a token, sequence or
     *     position is out of range or leaves a gap
     */
    int[] place(Batch batch, Vocabulary vocabulary) {
        int size = batch.size();
        if (size == 0 || size > batchSize) {
            throw new IllegalArgumentException(
                    "tokens in a batch must be in [1, %d], got %d".formatted(batchSize, size));
        }
        for (int i = 0; i < size; i++) {
            vocabulary.requireToken(batch.token(i));
            int sequence = require(batch.sequence(i));
            int next = lengths[sequence];
            int position = batch.position(i, next);
            if (position != next) {
                throw new IllegalArgumentException(
                        "position of token %d in sequence %d must be %d, got %d"
                                .formatted(i, sequence, next, position));
            }
            if (next >= capacity) {
                throw new IllegalArgumentException(
                        "sequence %d is full: it has room for %d tokens"
                                .formatted(sequence, capacity));
            }
            positions[i] = position;
            lengths[sequence] = next + 1;
        }
        return positions;
    }
}
