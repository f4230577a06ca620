/** Inputs that nobody thought of, and what they cost, for tests. */
@NullMarked
package dev.loramill.fuzzing;

import org.jspecify.annotations.NullMarked;
