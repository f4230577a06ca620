/** Uploads, files or batches of rows: accepted, published to Kafka, counted. */
@NullMarked
package dev.loramill.ingest.upload;

import org.jspecify.annotations.NullMarked;
