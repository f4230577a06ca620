/** The bytes of uploads: where they lie, who needs them, and that they go when nobody does. */
@NullMarked
package dev.loramill.ingest.store;

import org.jspecify.annotations.NullMarked;
