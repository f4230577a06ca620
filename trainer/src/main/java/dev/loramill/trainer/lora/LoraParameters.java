package dev.loramill.trainer.lora;

import dev.loramill.trainer.kernel.RowCodec;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixAllocator;
import dev.loramill.trainer.tensor.Precision;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** The adapter's parameters and their gradients as flat vectors of floats. */
public final class LoraParameters {
    private final LoraLayout layout;
    private final Matrix values;
    private final Matrix gradients;

    /** Allocates parameters and gradients, all zero. */
    public LoraParameters(LoraLayout layout, MatrixAllocator allocator) {
        this.layout = layout;
        int length = Math.toIntExact(layout.length());
        this.values = allocator.zeros("adapter", "parameters", 1, length, Precision.FLOAT32);
        this.gradients = allocator.zeros("adapter", "gradients", 1, length, Precision.FLOAT32);
    }

    /**
     * Draws A uniformly from ±1/√in, as PEFT does, and sets B to zero.
     *
     * <p>The order of draws is that of the layout, so the same seed gives the same parameters on
     * every machine.
     */
    public void initialize(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (LoraLayout.Slot slot : layout.slots()) {
            double bound = 1.0 / Math.sqrt(slot.inputLength());
            float[] row = new float[slot.inputLength()];
            for (int r = 0; r < slot.rank(); r++) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = (float) ((2 * random.nextDouble() - 1) * bound);
                }
                set(slot.aOffset() + (long) r * row.length, row);
            }
            for (int r = 0; r < slot.outputLength(); r++) {
                set(slot.bOffset() + (long) r * slot.rank(), new float[slot.rank()]);
            }
        }
    }

    /** Where each matrix lies. */
    public LoraLayout layout() {
        return layout;
    }

    /** The parameters, [1, length]. */
    public Matrix values() {
        return values;
    }

    /** The gradients, [1, length]. */
    public Matrix gradients() {
        return gradients;
    }

    /** Overwrites parameters from an index on. */
    public void set(long first, float[] source) {
        RowCodec.store(Precision.FLOAT32, source, 0, values.elementAddress(first), source.length);
    }

    /** Some parameters as an array. */
    public float[] get(long first, long count) {
        return read(values, first, count);
    }

    /** The native memory of some parameters. */
    public MemorySegment segment(long first, long count) {
        return values.segment(0, values.columns())
                .asSlice(first * Float.BYTES, count * Float.BYTES);
    }

    /** Some gradients as an array. */
    public float[] gradient(long first, long count) {
        return read(gradients, first, count);
    }

    /** A number that follows from all bits of the parameters; not for use against forgery. */
    public long digest() {
        MemorySegment all = segment(0, values.columns());
        long digest = values.columns();
        for (long at = 0; at < all.byteSize(); at += Integer.BYTES) {
            digest = (digest ^ all.get(ValueLayout.JAVA_INT, at)) * 0x9E3779B97F4A7C15L;
            digest ^= digest >>> 29;
        }
        return digest;
    }

    /** Sets all gradients to zero. */
    public void clearGradients() {
        RowCodec.clear(gradients.elementAddress(0), gradients.sizeBytes());
    }

    private static float[] read(Matrix matrix, long first, long count) {
        float[] target = new float[Math.toIntExact(count)];
        RowCodec.load(Precision.FLOAT32, matrix.elementAddress(first), target, 0, target.length);
        return target;
    }
}
