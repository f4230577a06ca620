/** Adapters: where each stands, and the events that say so. */
@NullMarked
package dev.loramill.train.registry;

import org.jspecify.annotations.NullMarked;
