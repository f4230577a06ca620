/** Draws rows by what they say: sample and split, the same whatever their order or the machine. */
@NullMarked
package dev.loramill.clean.sampling;

import org.jspecify.annotations.NullMarked;
