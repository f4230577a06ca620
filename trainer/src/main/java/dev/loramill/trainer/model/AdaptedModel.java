package dev.loramill.trainer.model;

import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.profile.StepPart;
import java.util.Map;

/**
 * A frozen base with a LoRA adapter, whatever it is computed on: losses, and the gradients of the
 * adapter's parameters.
 *
 * <p>Parameters and gradients lie in the host's memory, so that optimizer and checkpoints are the
 * same on every device. For one thread at a time.
 */
public interface AdaptedModel extends AutoCloseable {
    /** The adapter's parameters; call {@link #publish} after changing them. */
    LoraParameters parameters();

    /** Makes changed parameters take effect. */
    void publish();

    /**
     * Adds the gradients of the batch's loss, times {@code gradientScale}, to those of the
     * parameters; the loss itself is not scaled.
     *
     * @param dropoutKey says, with the origins of the batch's rows, which elements are dropped;
     *     another one for every step
     */
    BatchLoss accumulate(PackedBatch batch, double gradientScale, long dropoutKey);

    /** Measures the loss and changes nothing. */
    BatchLoss evaluate(PackedBatch batch);

    /**
     * Seconds by part of the work since the last call, on average over the threads; empty where a
     * device does not tell.
     */
    default Map<StepPart, Double> takePartSeconds() {
        return Map.of();
    }

    /** Gives back what the model itself holds; matrices of an arena are the arena's. */
    @Override
    void close();
}
