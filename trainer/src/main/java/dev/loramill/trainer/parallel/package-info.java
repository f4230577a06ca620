/** Several processes that share each step of a run and hold equal parameters. */
@NullMarked
package dev.loramill.trainer.parallel;

import org.jspecify.annotations.NullMarked;
