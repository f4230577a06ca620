/** Adapters as they are announced: checked, loaded, proven, routed to, and let go. */
@NullMarked
package dev.loramill.serve.adapter;

import org.jspecify.annotations.NullMarked;
