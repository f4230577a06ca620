/** The agent on a node: takes one attempt at a time, runs the trainer for it and reports. */
@NullMarked
package dev.loramill.worker.agent;

import org.jspecify.annotations.NullMarked;
