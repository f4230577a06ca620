/** Decides from measurements whether an adapter goes live. */
@NullMarked
package dev.loramill.train.gate;

import org.jspecify.annotations.NullMarked;
