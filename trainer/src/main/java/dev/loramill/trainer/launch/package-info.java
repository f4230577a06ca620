/** Settings that a process of the trainer is started with. */
@NullMarked
package dev.loramill.trainer.launch;

import org.jspecify.annotations.NullMarked;
