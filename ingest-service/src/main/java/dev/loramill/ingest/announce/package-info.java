/** Publishes rows to Kafka and relays the service's other events. */
@NullMarked
package dev.loramill.ingest.announce;

import org.jspecify.annotations.NullMarked;
