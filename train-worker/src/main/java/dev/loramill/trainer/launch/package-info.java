/** How another process of the trainer is started from one. */
@NullMarked
package dev.loramill.trainer.launch;

import org.jspecify.annotations.NullMarked;
