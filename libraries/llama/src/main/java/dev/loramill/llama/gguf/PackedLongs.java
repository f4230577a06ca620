package dev.loramill.llama.gguf;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** An unmodifiable list over a long array, so that arrays of a vocabulary's length stay small. */
final class PackedLongs extends AbstractList<Long> implements RandomAccess {
    private final long[] values;

    /** Takes the array itself; the caller must not change it afterwards. */
    PackedLongs(long[] values) {
        this.values = values;
    }

    static PackedLongs copyOf(List<Long> list) {
        return new PackedLongs(list.stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public Long get(int index) {
        return values[index];
    }

    @Override
    public int size() {
        return values.length;
    }
}
