/** The documents say what is there. */
@NullMarked
package dev.loramill.documents;

import org.jspecify.annotations.NullMarked;
