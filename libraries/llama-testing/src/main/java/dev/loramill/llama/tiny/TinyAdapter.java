package dev.loramill.llama.tiny;

import dev.loramill.llama.gguf.GgufValue;
import dev.loramill.llama.gguf.LoraAdapterFile;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A LoRA adapter with seeded random matrices for any base: the same options give the same bytes.
 *
 * @param base sizes of the base that it fits
 * @param seed seed of the matrices
 * @param rank rank of every pair
 * @param alpha numerator of the scale
 * @param targets weights that it changes, in every block
 * @param strength standard deviation of B; 0 gives an adapter that changes nothing
 */
public record TinyAdapter(
        ModelHyperparameters base,
        long seed,
        int rank,
        float alpha,
        Set<LoraTarget> targets,
        double strength) {

    /** Takes a copy of the targets. */
    public TinyAdapter {
        targets = java.util.Collections.unmodifiableSet(EnumSet.copyOf(targets));
    }

    /** Rank 4, alpha 8, all linear weights, strong enough to change what the base answers. */
    public static TinyAdapter random(ModelHyperparameters base, long seed) {
        return new TinyAdapter(base, seed, 4, 8, EnumSet.allOf(LoraTarget.class), 0.2);
    }

    /** An adapter whose B is zero everywhere, as before the first training step. */
    public static TinyAdapter zeroEffect(ModelHyperparameters base, long seed) {
        return random(base, seed).withStrength(0);
    }

    /** The same with another rank. */
    public TinyAdapter withRank(int other) {
        return new TinyAdapter(base, seed, other, alpha, targets, strength);
    }

    /** The same for other weights. */
    public TinyAdapter withTargets(Set<LoraTarget> other) {
        return new TinyAdapter(base, seed, rank, alpha, other, strength);
    }

    /** The same with another deviation of B. */
    public TinyAdapter withStrength(double other) {
        return new TinyAdapter(base, seed, rank, alpha, targets, other);
    }

    /** The adapter's contents. */
    public LoraAdapterFile contents() {
        Random random = new Random(seed);
        List<LoraAdapterFile.Pair> pairs = new ArrayList<>();
        for (int block = 0; block < base.blockCount(); block++) {
            for (LoraTarget target : targets) {
                int inputLength = target.inputLength(base);
                int outputLength = target.outputLength(base);
                pairs.add(
                        LoraAdapterFile.Pair.of(
                                target.tensorName(block),
                                inputLength,
                                outputLength,
                                rank,
                                gaussian(random, rank * inputLength, 1 / Math.sqrt(inputLength)),
                                gaussian(random, outputLength * rank, strength)));
            }
        }
        return new LoraAdapterFile(
                base.architecture(),
                alpha,
                pairs,
                Map.of("general.name", GgufValue.text("Tiny adapter " + seed)));
    }

    private static float[] gaussian(Random random, int length, double deviation) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }

    /**
     * Writes the adapter.
     *
     * @return {@code path}
     * @throws IOException if writing fails
     */
    public Path write(Path path) throws IOException {
        contents().write(path);
        return path;
    }
}
