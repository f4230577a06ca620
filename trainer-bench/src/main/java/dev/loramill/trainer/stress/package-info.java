/** Faults on purpose, with a bar. */
@NullMarked
package dev.loramill.trainer.stress;

import org.jspecify.annotations.NullMarked;
