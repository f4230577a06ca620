package dev.loramill.llama.gguf;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** An unmodifiable list over a double array, so that arrays of a vocabulary's length stay small. */
final class PackedDoubles extends AbstractList<Double> implements RandomAccess {
    private final double[] values;

    /** Takes the array itself; the caller must not change it afterwards. */
    PackedDoubles(double[] values) {
        this.values = values;
    }

    static PackedDoubles copyOf(List<Double> list) {
        return new PackedDoubles(list.stream().mapToDouble(Double::doubleValue).toArray());
    }

    @Override
    public Double get(int index) {
        return values[index];
    }

    @Override
    public int size() {
        return values.length;
    }
}
