package dev.loramill.trainer.model;

import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.tensor.Matrix;
import java.util.Optional;

/** The base model's weights, read-only; safe from several threads. */
public interface FrozenWeights extends AutoCloseable {
    /** Sizes of the model. */
    ModelHyperparameters shape();

    /** Elements of a one-dimensional tensor, if the base has it. */
    Optional<float[]> vector(String name);

    /**
     * Writes some rows of a two-dimensional tensor, in the format of {@code target}, to the rows of
     * {@code target} from {@code targetRow}, first columns first; further columns are left as they
     * are.
     */
    void rows(String name, int firstRow, int rowCount, Matrix target, int targetRow);

    /** Gives back the memory of what was read; reading again takes it again. */
    void unload();

    @Override
    void close();
}
