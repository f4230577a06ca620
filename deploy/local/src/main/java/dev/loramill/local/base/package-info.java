/** Gets a base model into the artifact store and the catalogue. */
@NullMarked
package dev.loramill.local.base;

import org.jspecify.annotations.NullMarked;
