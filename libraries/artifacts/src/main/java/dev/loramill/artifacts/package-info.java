/**
 * Artifacts (files, datasets, bases, adapters) stored and found by the SHA-256 of their content.
 */
@NullMarked
package dev.loramill.artifacts;

import org.jspecify.annotations.NullMarked;
