/** Child processes, so that a crash of native code never takes the agent down. */
@NullMarked
package dev.loramill.worker.child;

import org.jspecify.annotations.NullMarked;
