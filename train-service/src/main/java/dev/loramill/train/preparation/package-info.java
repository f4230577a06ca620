/** Brings the rows of jobs to a frozen version, by events. */
@NullMarked
package dev.loramill.train.preparation;

import org.jspecify.annotations.NullMarked;
