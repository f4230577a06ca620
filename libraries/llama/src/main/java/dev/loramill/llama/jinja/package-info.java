/**
 * The part of the Jinja language that chat templates use, with a mark on each character of the
 * result that says where it came from.
 */
@NullMarked
package dev.loramill.llama.jinja;

import org.jspecify.annotations.NullMarked;
