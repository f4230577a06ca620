/** Leased attempts at jobs, and the epochs that fence them. */
@NullMarked
package dev.loramill.train.attempt;

import org.jspecify.annotations.NullMarked;
