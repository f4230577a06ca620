/** Freezing: sampling, split, token lengths, and the manifest that names a version. */
@NullMarked
package dev.loramill.clean.freeze;

import org.jspecify.annotations.NullMarked;
