/** Rows of messages as packed batches of tokens with the positions the loss is taken over. */
@NullMarked
package dev.loramill.trainer.data;

import org.jspecify.annotations.NullMarked;
