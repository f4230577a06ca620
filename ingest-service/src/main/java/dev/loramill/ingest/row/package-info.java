/** Turns lines of JSON in several formats into canonical rows, or says what is wrong with them. */
@NullMarked
package dev.loramill.ingest.row;

import org.jspecify.annotations.NullMarked;
