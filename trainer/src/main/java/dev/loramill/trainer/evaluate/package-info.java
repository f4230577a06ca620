/** Measures base against adapter on the probe questions, in the engine that serves. */
@NullMarked
package dev.loramill.trainer.evaluate;

import org.jspecify.annotations.NullMarked;
