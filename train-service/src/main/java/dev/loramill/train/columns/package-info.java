/** Reads database columns that are declared not to be null. */
@NullMarked
package dev.loramill.train.columns;

import org.jspecify.annotations.NullMarked;
