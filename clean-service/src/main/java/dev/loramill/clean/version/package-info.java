/** Frozen versions: their files, their manifest, and how they are found again. */
@NullMarked
package dev.loramill.clean.version;

import org.jspecify.annotations.NullMarked;
