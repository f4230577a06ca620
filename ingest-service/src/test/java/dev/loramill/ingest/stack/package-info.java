/** The packaged service as a process of its own, on a real broker and a real database. */
@NullMarked
package dev.loramill.ingest.stack;

import org.jspecify.annotations.NullMarked;
