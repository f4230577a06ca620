package dev.loramill.llama.binding;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.loramill.llama.binding.internal.ContextApi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * Tokens to decode together, each with its sequence and position.
 *
 * <p>Reusable after {@link #clear()}; not for several threads. Its memory is given back with the
 * object.
 */
public final class Batch {
    private static final StructLayout STRUCT = (StructLayout) ContextApi.BATCH;

    /** Stands for the position after the last one of the sequence. */
    private static final int NEXT = -1;

    private final int[] tokens;
    private final int[] positions;
    private final int[] sequences;
    private final boolean[] wantsLogits;
    private int size;

    private final MemorySegment struct;
    private final MemorySegment nativeTokens;
    private final MemorySegment nativePositions;
    private final MemorySegment nativeSequences;
    private final MemorySegment nativeLogits;

    private Batch(int capacity) {
        this.tokens = new int[capacity];
        this.positions = new int[capacity];
        this.sequences = new int[capacity];
        this.wantsLogits = new boolean[capacity];
        Arena arena = Arena.ofAuto();
        this.struct = arena.allocate(STRUCT);
        this.nativeTokens = arena.allocate(JAVA_INT, capacity);
        this.nativePositions = arena.allocate(JAVA_INT, capacity);
        this.nativeSequences = arena.allocate(JAVA_INT, capacity);
        this.nativeLogits = arena.allocate(capacity);
        MemorySegment sequenceCounts = arena.allocate(JAVA_INT, capacity);
        MemorySegment sequencePointers = arena.allocate(ADDRESS, capacity);
        for (int i = 0; i < capacity; i++) {
            sequenceCounts.setAtIndex(JAVA_INT, i, 1);
            sequencePointers.setAtIndex(ADDRESS, i, nativeSequences.asSlice(4L * i, 4));
        }
        setPointer("token", nativeTokens);
        setPointer("embd", MemorySegment.NULL);
        setPointer("pos", nativePositions);
        setPointer("n_seq_id", sequenceCounts);
        setPointer("seq_id", sequencePointers);
        setPointer("logits", nativeLogits);
    }

    private void setPointer(String member, MemorySegment target) {
        struct.set(
                ADDRESS,
                STRUCT.byteOffset(java.lang.foreign.MemoryLayout.PathElement.groupElement(member)),
                target);
    }

    /** An empty batch with room for a number of tokens. */
    public static Batch ofCapacity(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be at least 1, got " + capacity);
        }
        return new Batch(capacity);
    }

    /** Tokens that there is room for. */
    public int capacity() {
        return tokens.length;
    }

    /** Tokens in the batch. */
    public int size() {
        return size;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** Empties the batch. */
    public void clear() {
        size = 0;
    }

    /**
     * Adds a token after the last one of its sequence and returns its index in the batch.
     *
     * @param wantsLogits whether {@link LlamaContext#logits} is to be asked for this token
     * @throws IllegalStateException if the batch is full
     */
    public int add(int token, int sequence, boolean wantsLogits) {
        return put(token, NEXT, sequence, wantsLogits);
    }

    /**
     * Adds a token at a position, which must be the one after the last of its sequence, and returns
     * its index in the batch.
     *
     * @throws IllegalStateException if the batch is full
     */
    public int add(int token, int position, int sequence, boolean wantsLogits) {
        if (position < 0) {
            throw new IllegalArgumentException("position must be at least 0, got " + position);
        }
        return put(token, position, sequence, wantsLogits);
    }

    private int put(int token, int position, int sequence, boolean wants) {
        if (size == tokens.length) {
            throw new IllegalStateException("Batch is full: it has room for " + size + " tokens");
        }
        tokens[size] = token;
        positions[size] = position;
        sequences[size] = sequence;
        wantsLogits[size] = wants;
        return size++;
    }

    int token(int index) {
        return tokens[index];
    }

    int sequence(int index) {
        return sequences[index];
    }

    boolean wantsLogits(int index) {
        return wantsLogits[index];
    }

    /** The position at an index, given the one that is next in its sequence. */
    int position(int index, int next) {
        return positions[index] == NEXT ? next : positions[index];
    }

    /** Writes the entries to native memory, with their resolved positions. */
    MemorySegment fill(int[] resolvedPositions) {
        struct.set(JAVA_INT, 0, size);
        MemorySegment.copy(tokens, 0, nativeTokens, JAVA_INT, 0, size);
        MemorySegment.copy(resolvedPositions, 0, nativePositions, JAVA_INT, 0, size);
        MemorySegment.copy(sequences, 0, nativeSequences, JAVA_INT, 0, size);
        for (int i = 0; i < size; i++) {
            nativeLogits.set(JAVA_BYTE, i, (byte) (wantsLogits[i] ? 1 : 0));
        }
        return struct;
    }
}
