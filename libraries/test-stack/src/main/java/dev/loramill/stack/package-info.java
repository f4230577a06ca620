/** A packaged service on a real broker and a real database, for tests that stop and kill them. */
@NullMarked
package dev.loramill.stack;

import org.jspecify.annotations.NullMarked;
