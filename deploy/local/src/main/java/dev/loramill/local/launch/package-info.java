/** Starts, supervises and stops everything that one machine needs. */
@NullMarked
package dev.loramill.local.launch;

import org.jspecify.annotations.NullMarked;
