package dev.loramill.trainer.loop;

import dev.loramill.trainer.checkpoint.Checkpoint;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.storage.Safetensors.Floats;
import dev.loramill.trainer.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tensors of a checkpoint: parameters, the optimizer's moments, the best adapter. */
final class TrainedTensors {
    private final LoraParameters parameters;
    private final AdamW optimizer;

    TrainedTensors(LoraParameters parameters, AdamW optimizer) {
        this.parameters = parameters;
        this.optimizer = optimizer;
    }

    /**
     * All as they are now, without a copy.
     *
     * @param best parameters of the best adapter; null leaves it out
     */
    Map<String, Floats> named(float @Nullable [] best) {
        Map<String, Floats> tensors = new LinkedHashMap<>();
        tensors.put(Checkpoint.PARAMETERS, floats(parameters.values()));
        tensors.put(Checkpoint.FIRST_MOMENT, floats(optimizer.firstMoment()));
        tensors.put(Checkpoint.SECOND_MOMENT, floats(optimizer.secondMoment()));
        if (best != null) {
            tensors.put(
                    Checkpoint.BEST,
                    new Floats(List.of((long) best.length), MemorySegment.ofArray(best)));
        }
        return tensors;
    }

    /**
     * Copies parameters and moments out of a checkpoint.
     *
     * @throws InvalidJobException if a tensor is missing or of another length
     */
    void restore(Checkpoint.Loaded loaded) {
        restore(loaded, Checkpoint.PARAMETERS, parameters.values());
        restore(loaded, Checkpoint.FIRST_MOMENT, optimizer.firstMoment());
        restore(loaded, Checkpoint.SECOND_MOMENT, optimizer.secondMoment());
    }

    /** A copy of the best adapter of a checkpoint; null if it has none. */
    static float @Nullable [] best(Checkpoint.Loaded loaded) {
        Floats kept = loaded.tensors().get(Checkpoint.BEST);
        if (kept == null) {
            return null;
        }
        float[] best = new float[Math.toIntExact(kept.length())];
        MemorySegment.ofArray(best).copyFrom(kept.data());
        return best;
    }

    private static void restore(Checkpoint.Loaded loaded, String name, Matrix target) {
        Floats source = loaded.tensors().get(name);
        if (source == null || source.data().byteSize() != target.sizeBytes()) {
            throw new InvalidJobException(
                    "the checkpoint's tensor \"" + name + "\" does not fit this adapter");
        }
        target.segment(0, target.columns()).copyFrom(source.data());
    }

    private static Floats floats(Matrix vector) {
        return new Floats(List.of((long) vector.columns()), vector.segment(0, vector.columns()));
    }
}
