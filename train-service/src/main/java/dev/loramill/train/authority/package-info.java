/** What this service signs, and whom it believes. */
@NullMarked
package dev.loramill.train.authority;

import org.jspecify.annotations.NullMarked;
