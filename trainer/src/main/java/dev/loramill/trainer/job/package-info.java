/** A training job as it is asked for: read from JSON, with all its faults reported at once. */
@NullMarked
package dev.loramill.trainer.job;

import org.jspecify.annotations.NullMarked;
