/** Leases attempts at queued jobs to free workers, and takes lost leases back. */
@NullMarked
package dev.loramill.train.schedule;

import org.jspecify.annotations.NullMarked;
