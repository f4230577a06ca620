/** Datasets: opened, filled from files and batches, sealed once all their rows stand on Kafka. */
@NullMarked
package dev.loramill.ingest.dataset;

import org.jspecify.annotations.NullMarked;
