/**
 * Matrices in native memory, matrix products on libtorch, and the team of threads that share the
 * rows of a batch.
 */
@NullMarked
package dev.loramill.trainer.tensor;

import org.jspecify.annotations.NullMarked;
