/** The Kafka door: rows that outside producers write to the topic of submitted rows. */
@NullMarked
package dev.loramill.ingest.submitted;

import org.jspecify.annotations.NullMarked;
