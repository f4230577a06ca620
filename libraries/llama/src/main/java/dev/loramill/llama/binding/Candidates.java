package dev.loramill.llama.binding;

import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The tokens that native samplers choose among: {@code llama_token_data_array}. */
final class Candidates {
    private static final long ENTRY_BYTES = 12;
    private static final long ENTRY_LOGIT = 4;
    private static final long ENTRY_PROBABILITY = 8;
    private static final long ARRAY_BYTES = 32;
    private static final long ARRAY_SIZE = 8;
    private static final long ARRAY_SELECTED = 16;
    private static final long ARRAY_SORTED = 24;

    private final MemorySegment array;
    private final MemorySegment entries;

    Candidates(Arena arena, int capacity) {
        this.array = arena.allocate(ARRAY_BYTES + ENTRY_BYTES * capacity, 8);
        this.entries = array.asSlice(ARRAY_BYTES);
    }

    /** All tokens, with their logits. */
    MemorySegment of(float[] logits) {
        for (int token = 0; token < logits.length; token++) {
            put(token, token, logits[token]);
        }
        return prepared(logits.length);
    }

    /** One token alone. */
    MemorySegment of(int token) {
        put(0, token, 1f);
        return prepared(1);
    }

    private void put(int index, int token, float logit) {
        long at = index * ENTRY_BYTES;
        entries.set(JAVA_INT, at, token);
        entries.set(JAVA_FLOAT, at + ENTRY_LOGIT, logit);
        entries.set(JAVA_FLOAT, at + ENTRY_PROBABILITY, 0f);
    }

    private MemorySegment prepared(long size) {
        array.set(JAVA_LONG, 0, array.address() + ARRAY_BYTES);
        array.set(JAVA_LONG, ARRAY_SIZE, size);
        array.set(JAVA_LONG, ARRAY_SELECTED, -1L);
        array.set(JAVA_BOOLEAN, ARRAY_SORTED, false);
        return array;
    }

    /** Whether a grammar left the token that stands first. */
    boolean isFirstAllowed() {
        return entries.get(JAVA_FLOAT, ENTRY_LOGIT) > Float.NEGATIVE_INFINITY;
    }

    /** The likeliest of the first tokens, or -1 if a grammar left none. */
    int likeliest(int count) {
        int best = -1;
        float highest = Float.NEGATIVE_INFINITY;
        for (int token = 0; token < count; token++) {
            float logit = entries.get(JAVA_FLOAT, token * ENTRY_BYTES + ENTRY_LOGIT);
            if (logit > highest) {
                highest = logit;
                best = token;
            }
        }
        return best;
    }

    /** The token that the samplers selected, or -1 if they selected none. */
    int selected() {
        long selected = array.get(JAVA_LONG, ARRAY_SELECTED);
        long size = array.get(JAVA_LONG, ARRAY_SIZE);
        if (selected < 0 || selected >= size) {
            return -1;
        }
        // Samplers may point the array elsewhere.
        return MemorySegment.ofAddress(array.get(JAVA_LONG, 0))
                .reinterpret(size * ENTRY_BYTES)
                .get(JAVA_INT, selected * ENTRY_BYTES);
    }
}
