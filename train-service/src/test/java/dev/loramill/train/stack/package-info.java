/** The packaged service as a process of its own, with its peers, on a real broker and database. */
@NullMarked
package dev.loramill.train.stack;

import org.jspecify.annotations.NullMarked;
