/** The commands behind {@code ./loramill}. */
@NullMarked
package dev.loramill.local.cli;

import org.jspecify.annotations.NullMarked;
