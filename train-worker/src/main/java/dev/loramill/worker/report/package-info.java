/** Tells the control plane how attempts go and that the worker is alive. */
@NullMarked
package dev.loramill.worker.report;

import org.jspecify.annotations.NullMarked;
