/** How a process of the trainer is started, and that it ends with the one that started it. */
@NullMarked
package dev.loramill.trainer.launch;

import org.jspecify.annotations.NullMarked;
