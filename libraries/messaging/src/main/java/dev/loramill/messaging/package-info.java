/**
 * How services stand to Kafka: settings of all channels, retries without end, and one readiness.
 */
@NullMarked
package dev.loramill.messaging;

import org.jspecify.annotations.NullMarked;
