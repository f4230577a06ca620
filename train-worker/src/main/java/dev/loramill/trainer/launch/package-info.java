/** How a process of the trainer is started. */
@NullMarked
package dev.loramill.trainer.launch;

import org.jspecify.annotations.NullMarked;
