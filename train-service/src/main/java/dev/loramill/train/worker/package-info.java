/** What is known of the workers, from their heartbeats. */
@NullMarked
package dev.loramill.train.worker;

import org.jspecify.annotations.NullMarked;
