/** The commands for people: look at files, check them, and measure. */
@NullMarked
package dev.loramill.llama.cli;

import org.jspecify.annotations.NullMarked;
