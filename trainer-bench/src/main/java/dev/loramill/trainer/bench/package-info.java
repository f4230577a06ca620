/** The trainer's speed and memory, beside PEFT's on the same rows. */
@NullMarked
package dev.loramill.trainer.bench;

import org.jspecify.annotations.NullMarked;
