/** The parts that talk to Kafka for as long as the application runs. */
@NullMarked
package dev.loramill.train.announce;

import org.jspecify.annotations.NullMarked;
