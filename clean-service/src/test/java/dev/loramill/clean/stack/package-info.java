/** The packaged service on a real broker and database, for tests. */
@NullMarked
package dev.loramill.clean.stack;

import org.jspecify.annotations.NullMarked;
