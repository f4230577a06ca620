/** The door for datasets: opens and seals them, takes batches of rows, tells of them. */
@NullMarked
package dev.loramill.ingest.intake;

import org.jspecify.annotations.NullMarked;
