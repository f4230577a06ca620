/**
 * Child processes: how a JVM is started, listened to and ended, and that none outlives its parent.
 */
@NullMarked
package dev.loramill.process;

import org.jspecify.annotations.NullMarked;
