/** The training loop: optimizer, schedule, evaluation, and what is reported on the way. */
@NullMarked
package dev.loramill.trainer.loop;

import org.jspecify.annotations.NullMarked;
