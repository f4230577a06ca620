/**
 * The transformer built of libtorch's operators and differentiated by libtorch, one block at a
 * time, on any device that libtorch has.
 */
@NullMarked
package dev.loramill.trainer.autograd;

import org.jspecify.annotations.NullMarked;
