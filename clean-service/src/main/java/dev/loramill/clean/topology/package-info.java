/** The Kafka Streams topology that takes rows from received to kept, rejected or duplicate. */
@NullMarked
package dev.loramill.clean.topology;

import org.jspecify.annotations.NullMarked;
