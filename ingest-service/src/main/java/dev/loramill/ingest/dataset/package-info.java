/** What is known of a dataset, from its opening to its seal. */
@NullMarked
package dev.loramill.ingest.dataset;

import org.jspecify.annotations.NullMarked;
