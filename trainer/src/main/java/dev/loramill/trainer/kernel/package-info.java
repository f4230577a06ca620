/** Element-wise work of the model, fused and vectorized over the matrices' native memory. */
@NullMarked
package dev.loramill.trainer.kernel;

import org.jspecify.annotations.NullMarked;
