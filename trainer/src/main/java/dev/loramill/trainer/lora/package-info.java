/** The trainable part: which weights are adapted, and the flat vector of their parameters. */
@NullMarked
package dev.loramill.trainer.lora;

import org.jspecify.annotations.NullMarked;
