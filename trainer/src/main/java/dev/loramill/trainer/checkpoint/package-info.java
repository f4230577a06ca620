/** The whole state of a run in one file, and the directory that keeps the newest of them. */
@NullMarked
package dev.loramill.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
