/** The way of this service's events from its transactions to Kafka. */
@NullMarked
package dev.loramill.clean.announce;

import org.jspecify.annotations.NullMarked;
