/** Listens to what the control plane tells this worker. */
@NullMarked
package dev.loramill.worker.assignment;

import org.jspecify.annotations.NullMarked;
