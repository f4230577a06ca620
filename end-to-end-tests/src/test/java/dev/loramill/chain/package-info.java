/** The whole chain, as its users drive it. */
@NullMarked
package dev.loramill.chain;

import org.jspecify.annotations.NullMarked;
