/** The trainer's command line: a child process of the agent, or a person's tool. */
@NullMarked
package dev.loramill.trainer.cli;

import org.jspecify.annotations.NullMarked;
