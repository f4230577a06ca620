/** The whole chain under faults, and a checker of what its clients were told. */
@NullMarked
package dev.loramill.stress;

import org.jspecify.annotations.NullMarked;
