/** The settings that a process of the trainer is started with, by the agent and by the trainer. */
@NullMarked
package dev.loramill.launch;

import org.jspecify.annotations.NullMarked;
