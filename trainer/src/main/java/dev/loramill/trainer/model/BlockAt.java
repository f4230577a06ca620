package dev.loramill.trainer.model;

import dev.loramill.trainer.tensor.Matrix;

/**
 * A block at work.
 *
 * @param index its position in the model
 * @param weights its linear weights
 * @param vectors its other weights
 * @param kept where its activations are
 * @param input the residual stream before it
 */
record BlockAt(
        int index, BlockWeights weights, BlockVectors vectors, Activations kept, Matrix input) {}
