/** Which device a run computes on, in which precision, and why. */
@NullMarked
package dev.loramill.trainer.device;

import org.jspecify.annotations.NullMarked;
