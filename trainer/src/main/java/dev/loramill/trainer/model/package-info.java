/** The transformer over a frozen base: forward, and backward into the adapter's gradients. */
@NullMarked
package dev.loramill.trainer.model;

import org.jspecify.annotations.NullMarked;
