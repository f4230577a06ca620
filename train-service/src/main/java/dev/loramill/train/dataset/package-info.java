/** Brings the rows of a job to a frozen dataset version, by the services that own them. */
@NullMarked
package dev.loramill.train.dataset;

import org.jspecify.annotations.NullMarked;
